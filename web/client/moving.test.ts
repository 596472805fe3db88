import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionState } from './connection.ts';
import { ProblemError, SignedOutError } from './problem-error.ts';
import { ConnectionScene, expiring, messageEvent, notice } from './testing/connection-scene.ts';
import type { FakeSocket } from './testing/fake-socket.ts';
import type { VirtualTime } from './testing/virtual-time.ts';

const minuteMs = 60_000;
let scene: ConnectionScene;
let time: VirtualTime;
let sockets: readonly FakeSocket[];
let states: readonly ConnectionState[];
let server: ConnectionScene['server'];
let seen: ReadonlySet<number>;

beforeEach(() => {
  scene = new ConnectionScene();
  ({ time, sockets, states, server, seen } = scene);
});

describe('moving to the next socket before this one ends', () => {
  it('opens and syncs the new one beside the old one, and closes the old one a moment after', async () => {
    await scene.live();
    await time.advance(102.5 * minuteMs);
    expect(scene.open()).toEqual([sockets[0], sockets[1]]);
    expect(scene.moves).toBe(1);
    await time.advance(3_000);
    expect(scene.open()).toEqual([sockets[1]]);
    expect(states).toEqual([]);
  });

  it('moves again when the new one has its time', async () => {
    await scene.live();
    await time.advance(2 * 102.5 * minuteMs + minuteMs);
    expect(scene.moves).toBe(2);
    expect(scene.open()).toEqual([sockets[2]]);
    expect(states).toEqual([]);
  });

  it('sends to the old one until the new one is up to date, and to the new one from then on', async () => {
    const connection = await scene.live();
    server.syncs = false;
    sockets[0]?.receive([expiring(60_000)]);
    await time.advance(18_000);
    connection.send({ action: 'presence.set', idle: true });
    server.syncs = true;
    sockets[1]?.receive([{ type: 'synced', conversations: [] }]);
    await time.advance(0);
    connection.send({ action: 'presence.set', idle: false });
    await time.advance(0);
    const told = scene.sent.filter(({ frame }) => frame.action === 'presence.set');
    expect(told.map(({ socket }) => socket)).toEqual([0, 1]);
  });

  it('still hears what the old one was about to say', async () => {
    await scene.live();
    await time.advance(102.5 * minuteMs);
    expect(scene.moves).toBe(1);
    server.pushed = 1;
    sockets[0]?.receive([messageEvent(1)]);
    await time.advance(0);
    expect(seen).toEqual(new Set([1]));
  });

  it.each([
    [0, 0],
    [0.5, 60_000],
    [0.999, 119_880],
  ])(
    'does so when the server asks for it, within its time and not at once (%f → %i ms)',
    async (chance, waitMs) => {
      await scene.live();
      scene.random = chance;
      sockets[0]?.receive([expiring(200_000)]);
      await time.advance(Math.max(0, waitMs - 1));
      expect(sockets).toHaveLength(waitMs === 0 ? 2 : 1);
      await time.advance(1);
      expect(sockets).toHaveLength(2);
      expect(scene.moves).toBe(1);
    },
  );

  it('moves once, however often the server asks, and does not ask the new one to move for it', async () => {
    await scene.live();
    for (let count = 0; count < 3; count += 1) sockets[0]?.receive([expiring(10_000)]);
    await time.advance(3_000);
    sockets[0]?.receive([expiring(10_000)]);
    await time.advance(minuteMs);
    expect(scene.moves).toBe(1);
    expect(sockets).toHaveLength(2);
  });

  it('makes nothing of a notice without a time', async () => {
    await scene.live();
    sockets[0]?.receive([
      notice('connection.expiring'),
      notice('connection.expiring', { params: { within_ms: 'soon' } }),
    ]);
    await time.advance(minuteMs);
    expect(sockets).toHaveLength(1);
  });
});

describe('when the new socket fails', () => {
  it('keeps the old one and tries again, ever later', async () => {
    await scene.live();
    server.accepts = false;
    await time.advance(102.5 * minuteMs);
    await time.advance(20_000);
    const tries = sockets.length;
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(10);
    expect(states).toEqual([]);
    scene.push();
    server.accepts = true;
    await time.advance(minuteMs);
    expect(scene.moves).toBe(1);
    expect(states).toEqual([]);
    expect(seen).toEqual(new Set([1]));
  });

  it('waits as long as the server asks', async () => {
    await scene.live();
    const answer = scene.ticket;
    const retryAfterMs = 20_000;
    scene.ticket = () =>
      Promise.reject(new ProblemError({ status: 429, code: 'rate_limited', detail: '', retryAfterMs }));
    await time.advance(102.5 * minuteMs);
    scene.ticket = answer;
    await time.advance(19_000);
    expect(sockets).toHaveLength(1);
    await time.advance(2_000);
    expect(scene.moves).toBe(1);
  });

  it('gives up a new one that is never synced', async () => {
    await scene.live();
    await time.advance(102 * minuteMs);
    server.syncs = false;
    await time.advance(0.5 * minuteMs + 19_000);
    expect(scene.open()).toHaveLength(2);
    server.syncs = true;
    await time.advance(5_000);
    expect(scene.moves).toBe(1);
    expect(states).toEqual([]);
  });

  it('stops when it is because the session is over', async () => {
    const connection = await scene.live();
    scene.ticket = () => Promise.reject(new SignedOutError('ended'));
    await time.advance(103 * minuteMs);
    expect(connection.state).toBe('closed');
    expect(scene.open()).toEqual([]);
  });
});

describe('when the old socket ends meanwhile', () => {
  it('goes on with the new one, and is live as soon as that one is', async () => {
    await scene.live();
    server.syncs = false;
    sockets[0]?.receive([expiring(0)]);
    await time.advance(0);
    sockets[0]?.drop(1001);
    expect(states).toEqual(['catching-up']);
    server.pushed = 2;
    sockets[1]?.receive([messageEvent(1), messageEvent(2), { type: 'synced', conversations: [] }]);
    await time.advance(0);
    expect(states).toEqual(['catching-up', 'live']);
    expect(seen).toEqual(new Set([1, 2]));
    expect(sockets).toHaveLength(2);
  });

  it('connects anew when the new one fails, too', async () => {
    await scene.live();
    server.syncs = false;
    sockets[0]?.receive([expiring(0)]);
    await time.advance(0);
    sockets[0]?.drop(1001);
    server.syncs = true;
    sockets[1]?.drop(1006);
    await time.advance(1_000);
    expect(states).toEqual(['catching-up', 'connecting', 'catching-up', 'live']);
    expect(scene.open()).toEqual([sockets[2]]);
  });

  it('is not taken for being replaced when the new one is one too many', async () => {
    await scene.live();
    server.syncs = false;
    sockets[0]?.receive([expiring(0)]);
    await time.advance(0);
    sockets[0]?.receive([notice('connection.replaced')]);
    await time.advance(0);
    sockets[1]?.receive([{ type: 'synced', conversations: [] }]);
    await time.advance(0);
    expect(states).toEqual(['catching-up', 'live']);
    expect(scene.open()).toEqual([sockets[1]]);
  });

  it('does not mind being told so after it has moved', async () => {
    const connection = await scene.live();
    sockets[0]?.receive([expiring(0)]);
    await time.advance(0);
    expect(scene.moves).toBe(1);
    sockets[0]?.receive([notice('connection.replaced')]);
    await time.advance(0);
    expect(connection.state).toBe('live');
    expect(states).toEqual([]);
    sockets[1]?.receive([notice('connection.replaced')]);
    await time.advance(0);
    expect(connection.state).toBe('replaced');
  });
});

it('stops both sockets', async () => {
  const connection = await scene.live();
  server.syncs = false;
  sockets[0]?.receive([expiring(0)]);
  await time.advance(0);
  connection.stop();
  await time.advance(10 * minuteMs);
  expect(scene.open()).toEqual([]);
  expect(sockets).toHaveLength(2);
});
