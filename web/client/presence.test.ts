import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientFrame } from '../../events/client-frames.ts';
import type { ConfabClient } from './confab-client.ts';
import { Scene } from './testing/scene.ts';
import { ada, chat, grace } from './testing/test-client.ts';

const alan = `u_${'L'.repeat(26)}`;
let scene: Scene;
let isActive: boolean;
let activityChanged: () => void;

async function live(): Promise<ConfabClient> {
  const activity = {
    isActive: () => isActive,
    subscribe(listener: () => void) {
      activityChanged = listener;
      return () => {};
    },
  };
  return await scene.live(ada, { environment: { activity } });
}

function presence(client: ConfabClient) {
  return chat(client).presence;
}

function frames(): ClientFrame[] {
  return scene.server.frames.map(({ frame }) => frame).filter(({ action }) => action.startsWith('presence.'));
}

function setActive(value: boolean): void {
  isActive = value;
  activityChanged();
}

function reconnects(): void {
  for (const socket of scene.server.sockets) socket.drop(1006);
}

beforeEach(() => {
  scene = new Scene([ada, grace, alan]);
  isActive = true;
});

describe('the people on screen', () => {
  it('are asked for together, told of, and let go when nobody looks at them any more', async () => {
    const client = await live();
    scene.server.world.setPresence(grace, { status: 'online' });
    const stops = [presence(client).watch([grace]), presence(client).watch([grace, alan])];
    expect(presence(client).statusOf(grace)).toBeUndefined();
    await scene.advance(1_000);
    expect(presence(client).statusOf(grace)).toMatchObject({ status: 'online' });
    scene.server.world.setPresence(alan, { status: 'away' });
    await scene.advance(0);
    expect(presence(client).statusOf(alan)).toMatchObject({ status: 'away' });
    stops[0]?.();
    stops[0]?.();
    await scene.advance(1_000);
    stops[1]?.();
    await scene.advance(1_000);
    expect(frames()).toEqual([
      { action: 'presence.subscribe', user_ids: [grace, alan] },
      { action: 'presence.unsubscribe', user_ids: [grace, alan] },
    ]);
    expect(client.chat?.state.presence.size).toBe(0);
  });

  it('cost nothing while they only pass by', async () => {
    const client = await live();
    presence(client).watch([grace])();
    const stop = presence(client).watch([alan]);
    await scene.advance(1_000);
    stop();
    presence(client).watch([alan]);
    await scene.advance(1_000);
    expect(frames()).toEqual([{ action: 'presence.subscribe', user_ids: [alan] }]);
  });

  it('are asked for again on the next connection, which knows nothing of them', async () => {
    const client = await live();
    presence(client).watch([grace]);
    await scene.advance(1_000);
    reconnects();
    scene.server.world.setPresence(grace, { status: 'online' });
    await scene.advance(1_000);
    expect(frames()).toHaveLength(2);
    expect(presence(client).statusOf(grace)?.status).toBe('online');
  });

  it('are asked for again on the socket that takes over', async () => {
    const client = await live();
    presence(client).watch([grace]);
    await scene.advance(1_000);
    for (const socket of scene.server.sockets)
      socket.receive([
        { type: 'system.notice', code: 'connection.expiring', params: { within_ms: 0 }, severity: 'info' },
      ]);
    await scene.advance(10_000);
    expect(frames()).toHaveLength(2);
    scene.server.world.setPresence(grace, { status: 'online' });
    await scene.advance(0);
    expect(presence(client).statusOf(grace)?.status).toBe('online');
  });

  it('are asked for again when no answer came, ever later', async () => {
    const client = await live();
    scene.server.faults.loseFrame = (frame) => frame.action === 'presence.subscribe';
    presence(client).watch([grace]);
    await scene.advance(9_000);
    scene.server.faults.loseFrame = () => false;
    expect(presence(client).statusOf(grace)).toBeUndefined();
    await scene.advance(2_000);
    expect(presence(client).statusOf(grace)?.status).toBe('offline');
    await scene.advance(10 * 60_000);
    expect(frames()).toHaveLength(1);
  });

  it('are not taken back by older news', async () => {
    const client = await live();
    presence(client).watch([grace]);
    await scene.advance(1_000);
    scene.server.world.setPresence(grace, { status: 'online' });
    const older = scene.server.world.presenceOf(grace);
    scene.server.world.setPresence(grace, { status: 'away' });
    for (const socket of scene.server.sockets) socket.receive([older]);
    await scene.advance(0);
    expect(presence(client).statusOf(grace)?.status).toBe('away');
  });

  it('are asked for no more than a connection may have', async () => {
    const client = await live();
    const crowd = Array.from({ length: 250 }, (_, index) => `u_${String(index).padStart(26, '0')}`);
    presence(client).watch(crowd);
    await scene.advance(1_000);
    expect(frames()).toEqual([{ action: 'presence.subscribe', user_ids: crowd.slice(50) }]);
  });
});

describe('what somebody says of themselves', () => {
  it('is shown until it is over', async () => {
    const client = await live();
    const expires_at = new Date(scene.time.now() + 60_000).toISOString();
    scene.server.world.setPresence(grace, { status: 'online', custom: { text: 'at lunch', expires_at } });
    presence(client).watch([grace]);
    await scene.advance(1_000);
    expect(presence(client).statusOf(grace)?.custom?.text).toBe('at lunch');
    let changes = 0;
    client.subscribe(() => {
      changes += 1;
    });
    await scene.advance(60_000);
    expect(presence(client).statusOf(grace)).toMatchObject({ status: 'online', custom: undefined });
    expect(changes).toBeGreaterThan(0);
  });

  it('goes to the server, and again after a connection that may have lost it', async () => {
    const client = await live();
    presence(client).set({ availability: 'invisible', custom: { text: 'thinking' } });
    presence(client).set({ custom: null });
    await scene.advance(0);
    expect(frames().at(-1)).toEqual({ action: 'presence.set', availability: 'invisible', custom: null });
    reconnects();
    await scene.advance(1_000);
    expect(frames()).toHaveLength(3);
    await scene.advance(60_000);
    reconnects();
    await scene.advance(1_000);
    expect(frames()).toHaveLength(3);
  });

  it('waits for a connection', async () => {
    const client = await live();
    scene.server.faults.isUnreachable = true;
    reconnects();
    await scene.advance(1_000);
    presence(client).set({ availability: 'away' });
    expect(frames()).toEqual([]);
    scene.server.faults.isUnreachable = false;
    await scene.advance(60_000);
    expect(frames()).toEqual([{ action: 'presence.set', availability: 'away' }]);
  });

  it('is seen at once by whoever watches themselves', async () => {
    const client = await live();
    presence(client).watch([ada]);
    await scene.advance(1_000);
    scene.server.faults.loseFrame = (frame) => frame.action === 'presence.set';
    presence(client).set({ availability: 'away', custom: { text: 'thinking' } });
    expect(client.chat?.state.presence.get(ada)).toMatchObject({
      availability: 'away',
      custom: { text: 'thinking' },
    });
  });
});

describe('nobody at the device', () => {
  it('is told after a minute, and taken back at once', async () => {
    await live();
    setActive(false);
    await scene.advance(59_000);
    expect(frames()).toEqual([]);
    await scene.advance(2_000);
    setActive(true);
    await scene.advance(0);
    expect(frames()).toEqual([
      { action: 'presence.set', idle: true },
      { action: 'presence.set', idle: false },
    ]);
  });

  it('is nothing to tell when they are back within it', async () => {
    await live();
    setActive(false);
    await scene.advance(30_000);
    setActive(true);
    await scene.advance(120_000);
    expect(frames()).toEqual([]);
  });

  it('is told again on the next connection', async () => {
    await live();
    setActive(false);
    await scene.advance(61_000);
    reconnects();
    await scene.advance(1_000);
    expect(frames()).toEqual([
      { action: 'presence.set', idle: true },
      { action: 'presence.set', idle: true },
    ]);
  });
});
