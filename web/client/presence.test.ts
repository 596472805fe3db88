import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientFrame } from '../../events/client-frames.ts';
import type { ConfabClient } from './confab-client.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, convoId, grace, startClient } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const alan = `u_${'L'.repeat(26)}`;
let time: VirtualTime;
let server: FakeServer;
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
  const client = startClient({ server, time, userId: ada, environment: { activity } });
  await time.advance(0);
  expect(client.chat?.state.connection).toBe('live');
  return client;
}

function presence(client: ConfabClient) {
  if (client.chat === undefined) throw new Error('nobody is signed in');
  return client.chat.presence;
}

function frames(): ClientFrame[] {
  return server.frames.map(({ frame }) => frame).filter(({ action }) => action.startsWith('presence.'));
}

function setActive(value: boolean): void {
  isActive = value;
  activityChanged();
}

function reconnects(): void {
  for (const socket of server.sockets) socket.drop(1006);
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada, grace, alan]);
  isActive = true;
});

describe('the people on screen', () => {
  it('are asked for together, told of, and let go when nobody looks at them any more', async () => {
    const client = await live();
    server.world.setPresence(grace, { status: 'online' });
    const stops = [presence(client).watch([grace]), presence(client).watch([grace, alan])];
    expect(presence(client).statusOf(grace)).toBeUndefined();
    await time.advance(1_000);
    expect(presence(client).statusOf(grace)).toMatchObject({ status: 'online' });
    server.world.setPresence(alan, { status: 'away' });
    await time.advance(0);
    expect(presence(client).statusOf(alan)).toMatchObject({ status: 'away' });
    stops[0]?.();
    stops[0]?.();
    await time.advance(1_000);
    stops[1]?.();
    await time.advance(1_000);
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
    await time.advance(1_000);
    stop();
    presence(client).watch([alan]);
    await time.advance(1_000);
    expect(frames()).toEqual([{ action: 'presence.subscribe', user_ids: [alan] }]);
  });

  it('are asked for again on the next connection, which knows nothing of them', async () => {
    const client = await live();
    presence(client).watch([grace]);
    await time.advance(1_000);
    reconnects();
    server.world.setPresence(grace, { status: 'online' });
    await time.advance(1_000);
    expect(frames()).toHaveLength(2);
    expect(presence(client).statusOf(grace)?.status).toBe('online');
  });

  it('are asked for again on the socket that takes over', async () => {
    const client = await live();
    presence(client).watch([grace]);
    await time.advance(1_000);
    for (const socket of server.sockets)
      socket.receive([
        { type: 'system.notice', code: 'connection.expiring', params: { within_ms: 0 }, severity: 'info' },
      ]);
    await time.advance(10_000);
    expect(frames()).toHaveLength(2);
    server.world.setPresence(grace, { status: 'online' });
    await time.advance(0);
    expect(presence(client).statusOf(grace)?.status).toBe('online');
  });

  it('are asked for again when no answer came, ever later', async () => {
    const client = await live();
    server.faults.loseFrame = (frame) => frame.action === 'presence.subscribe';
    presence(client).watch([grace]);
    await time.advance(9_000);
    server.faults.loseFrame = () => false;
    expect(presence(client).statusOf(grace)).toBeUndefined();
    await time.advance(2_000);
    expect(presence(client).statusOf(grace)?.status).toBe('offline');
    await time.advance(10 * 60_000);
    expect(frames()).toHaveLength(1);
  });

  it('are not taken back by older news', async () => {
    const client = await live();
    presence(client).watch([grace]);
    await time.advance(1_000);
    server.world.setPresence(grace, { status: 'online' });
    const older = server.world.presenceOf(grace);
    server.world.setPresence(grace, { status: 'away' });
    for (const socket of server.sockets) socket.receive([older]);
    await time.advance(0);
    expect(presence(client).statusOf(grace)?.status).toBe('away');
  });

  it('are asked for no more than a connection may have', async () => {
    const client = await live();
    const crowd = Array.from({ length: 250 }, (_, index) => `u_${String(index).padStart(26, '0')}`);
    presence(client).watch(crowd);
    await time.advance(1_000);
    expect(frames()).toEqual([{ action: 'presence.subscribe', user_ids: crowd.slice(50) }]);
  });
});

describe('what somebody says of themselves', () => {
  it('is shown until it is over', async () => {
    const client = await live();
    const expires_at = new Date(time.now() + 60_000).toISOString();
    server.world.setPresence(grace, { status: 'online', custom: { text: 'at lunch', expires_at } });
    presence(client).watch([grace]);
    await time.advance(1_000);
    expect(presence(client).statusOf(grace)?.custom?.text).toBe('at lunch');
    let changes = 0;
    client.subscribe(() => {
      changes += 1;
    });
    await time.advance(60_000);
    expect(presence(client).statusOf(grace)).toMatchObject({ status: 'online', custom: undefined });
    expect(changes).toBeGreaterThan(0);
  });

  it('goes to the server, and again after a connection that may have lost it', async () => {
    const client = await live();
    presence(client).set({ availability: 'invisible', custom: { text: 'thinking' } });
    presence(client).set({ custom: null });
    await time.advance(0);
    expect(frames().at(-1)).toEqual({ action: 'presence.set', availability: 'invisible', custom: null });
    reconnects();
    await time.advance(1_000);
    expect(frames()).toHaveLength(3);
    await time.advance(60_000);
    reconnects();
    await time.advance(1_000);
    expect(frames()).toHaveLength(3);
  });

  it('waits for a connection', async () => {
    const client = await live();
    server.faults.isUnreachable = true;
    reconnects();
    await time.advance(1_000);
    presence(client).set({ availability: 'away' });
    expect(frames()).toEqual([]);
    server.faults.isUnreachable = false;
    await time.advance(60_000);
    expect(frames()).toEqual([{ action: 'presence.set', availability: 'away' }]);
  });

  it('is seen at once by whoever watches themselves', async () => {
    const client = await live();
    presence(client).watch([ada]);
    await time.advance(1_000);
    server.faults.loseFrame = (frame) => frame.action === 'presence.set';
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
    await time.advance(59_000);
    expect(frames()).toEqual([]);
    await time.advance(2_000);
    setActive(true);
    await time.advance(0);
    expect(frames()).toEqual([
      { action: 'presence.set', idle: true },
      { action: 'presence.set', idle: false },
    ]);
  });

  it('is nothing to tell when they are back within it', async () => {
    await live();
    setActive(false);
    await time.advance(30_000);
    setActive(true);
    await time.advance(120_000);
    expect(frames()).toEqual([]);
  });

  it('is told again on the next connection', async () => {
    await live();
    setActive(false);
    await time.advance(61_000);
    reconnects();
    await time.advance(1_000);
    expect(frames()).toEqual([
      { action: 'presence.set', idle: true },
      { action: 'presence.set', idle: true },
    ]);
  });
});
