import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionState } from './connection.ts';
import { ProblemError, SignedOutError } from './problem-error.ts';
import { ConnectionScene, notice } from './testing/connection-scene.ts';
import type { FakeSocket } from './testing/fake-socket.ts';
import type { VirtualTime } from './testing/virtual-time.ts';

const minuteMs = 60_000;
let scene: ConnectionScene;
let time: VirtualTime;
let sockets: readonly FakeSocket[];
let states: readonly ConnectionState[];
let server: ConnectionScene['server'];

beforeEach(() => {
  scene = new ConnectionScene();
  ({ time, sockets, states, server } = scene);
});

describe('being replaced by a newer connection', () => {
  const replaced = notice('connection.replaced', { severity: 'warning' });

  it('stays away, whatever the network and the clock say, until it is told to come back', async () => {
    const connection = scene.start();
    await time.advance(0);
    sockets[0]?.receive([replaced]);
    await time.advance(0);
    sockets[0]?.drop(1000);
    scene.network.change();
    connection.wake();
    await time.advance(3 * 60 * minuteMs);
    expect(connection.state).toBe('replaced');
    expect(sockets).toHaveLength(1);
    expect(scene.network.listeners).toBe(0);

    connection.start();
    await time.advance(0);
    expect(connection.state).toBe('live');
    expect(sockets).toHaveLength(2);
  });

  it('is not a reason to come back after the end', async () => {
    const connection = scene.start();
    await time.advance(0);
    connection.stop();
    sockets[0]?.receive([replaced]);
    await time.advance(minuteMs);
    expect(connection.state).toBe('closed');
  });
});

describe('connecting', () => {
  it('takes a ticket, sends its cursors and is live when the sync is complete', async () => {
    scene.cursors = async () => ({ c: 7 });
    scene.start();
    await time.advance(0);
    expect(sockets.map((socket) => socket.userId)).toEqual(['wss://x/live?ticket=a%2Bb']);
    expect(scene.frames).toEqual([{ action: 'sync', cursors: { c: 7 } }]);
    expect(states).toEqual(['connecting', 'catching-up', 'live']);
  });

  it('is catching up until what the sync left out has been fetched', async () => {
    const fetched = Promise.withResolvers<void>();
    scene.catchUp = () => fetched.promise;
    scene.start();
    await time.advance(1_000);
    expect(states.at(-1)).toBe('catching-up');
    fetched.resolve();
    await time.advance(0);
    expect(states.at(-1)).toBe('live');
  });

  it('starts again when no answer to the sync comes', async () => {
    server.syncs = false;
    scene.start();
    await time.advance(19_999);
    expect(sockets).toHaveLength(1);
    server.syncs = true;
    await time.advance(1_000);
    expect(sockets).toHaveLength(2);
    expect(states.at(-1)).toBe('live');
  });

  it('waits longer after each failure, up to half a minute, and never gives up', async () => {
    server.accepts = false;
    scene.random = 0.999999;
    scene.start();
    await time.advance(0);
    const startMs = time.now();
    const openedAt = [0];
    while (sockets.length < 10) {
      const before = sockets.length;
      await time.advance(250);
      if (sockets.length > before) openedAt.push((time.now() - startMs) / 1000);
    }
    const waits = openedAt.slice(1).map((at, index) => at - Number(openedAt[index]));
    expect(waits).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('waits as long as the server asks', async () => {
    const answer = scene.ticket;
    scene.ticket = () =>
      Promise.reject(
        new ProblemError({ status: 429, code: 'rate_limited', detail: '', retryAfterMs: 9_000 }),
      );
    scene.start();
    await time.advance(8_999);
    scene.ticket = answer;
    expect(sockets).toHaveLength(0);
    await time.advance(500);
    expect(states.at(-1)).toBe('live');
  });

  it('stops when the session is over', async () => {
    scene.ticket = () => Promise.reject(new SignedOutError('lapsed'));
    scene.start();
    await time.advance(10 * minuteMs);
    expect(states).toEqual(['connecting', 'closed']);
  });
});

describe('a live connection', () => {
  it('comes back after the server went away (1001), at once but at a random moment', async () => {
    scene.start();
    await time.advance(minuteMs);
    sockets[0]?.drop(1001);
    await time.advance(249);
    expect(sockets).toHaveLength(1);
    await time.advance(1);
    expect(sockets).toHaveLength(2);
    expect(states.slice(3)).toEqual(['connecting', 'catching-up', 'live']);
    expect(scene.frames.filter((frame) => frame.action === 'sync')).toHaveLength(2);
  });

  it('starts from the shortest wait again when it was good, and not when it broke at once', async () => {
    server.accepts = false;
    scene.start();
    await time.advance(60_000);
    server.accepts = true;
    while (states.at(-1) !== 'live') await time.advance(250);
    sockets.at(-1)?.drop(1006);
    await time.advance(5_000);
    expect(states.at(-1)).toBe('connecting');
    while (states.at(-1) !== 'live') await time.advance(250);
    await time.advance(11_000);
    sockets.at(-1)?.drop(1006);
    await time.advance(250);
    expect(states.at(-1)).toBe('live');
  });

  it('pings every half minute and stays while pongs come', async () => {
    scene.start();
    await time.advance(2 * minuteMs);
    expect(scene.frames.filter((frame) => frame.action === 'ping')).toHaveLength(4);
    expect(sockets).toHaveLength(1);
  });

  it('is replaced when a pong does not come', async () => {
    scene.start();
    server.pongs = false;
    await time.advance(39_999);
    expect(sockets).toHaveLength(1);
    await time.advance(1_000);
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.isOpen).toBe(false);
  });

  it('asks every five minutes for what a lost last push would have hidden', async () => {
    scene.start();
    await time.advance(5 * minuteMs);
    expect(scene.frames.filter((frame) => frame.action === 'sync')).toHaveLength(2);
    expect(states.filter((state) => state === 'catching-up')).toHaveLength(1);
  });

  it.each([
    [0, 90],
    [0.5, 102.5],
    [0.999999, 115],
  ])(
    'is renewed before its two hours are over, at a random moment (%f → %f min)',
    async (chance, minutes) => {
      scene.random = chance;
      scene.start();
      await time.advance(minutes * minuteMs - 10);
      expect(sockets).toHaveLength(1);
      await time.advance(600);
      expect(sockets).toHaveLength(2);
    },
  );

  it('starts again when the server says that the session is not good any more', async () => {
    scene.start();
    await time.advance(0);
    sockets[0]?.receive([{ type: 'error', code: 'auth.session_ended', detail: '', request_id: 'r' }]);
    await time.advance(300);
    expect(sockets).toHaveLength(2);
  });

  it('is not disturbed by an error about a message', async () => {
    scene.start();
    await time.advance(0);
    const error = {
      type: 'error',
      code: 'rate_limited',
      detail: '',
      request_id: 'r',
      client_msg_id: 'x',
    } as const;
    sockets[0]?.receive([error]);
    await time.advance(1_000);
    expect(sockets).toHaveLength(1);
  });
});

describe('the network hint', () => {
  it('makes it probe the socket, and keep it if the server still answers (a laptop on a plane)', async () => {
    scene.start();
    await time.advance(0);
    scene.network.change(false);
    await time.advance(5_000);
    expect(states.at(-1)).toBe('live');
  });

  it('shows offline when the probe fails, and reconnects at once when the network is back', async () => {
    scene.start();
    await time.advance(0);
    Object.assign(server, { pongs: false, accepts: false });
    scene.network.change(false);
    await time.advance(3_000);
    expect(states.at(-1)).toBe('offline');
    await time.advance(minuteMs);
    Object.assign(server, { pongs: true, accepts: true });
    scene.network.change(true);
    await time.advance(0);
    expect(states.at(-1)).toBe('live');
  });
});

it('stops for good', async () => {
  const connection = scene.start();
  await time.advance(0);
  connection.stop();
  await time.advance(10 * minuteMs);
  expect(states.at(-1)).toBe('closed');
  expect(sockets).toHaveLength(1);
  expect(sockets[0]?.isOpen).toBe(false);
});
