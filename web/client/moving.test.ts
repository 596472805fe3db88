import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { Connection, type ConnectionState } from './connection.ts';
import { ProblemError, SignedOutError } from './problem-error.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { aMessage, convoId } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const minuteMs = 60_000;
let time: VirtualTime;
let sockets: FakeSocket[];
/** The socket and the action of every frame. */
let frames: [socket: number, action: string][];
let states: ConnectionState[];
let moves: number;
let random: number;
let ticket: () => Promise<{ ticket: string; url: string; expires_in: number }>;
/** What the server does with the next sockets and syncs. */
let server: { accepts: boolean; syncs: boolean; pushed: number };
/** What the client has seen, in the order of coming; doubles left out, as the timeline leaves them out. */
let seen: Set<number>;

function openSocket(url: string): FakeSocket {
  const index = sockets.length;
  const socket: FakeSocket = new FakeSocket(url, server.accepts, (frame) => {
    frames.push([index, frame.action]);
    if (frame.action === 'ping') socket.receive([{ type: 'pong', server_time: '' }]);
    if (frame.action === 'sync' && server.syncs) {
      const held = Number(frame.cursors[convoId]);
      const missed = Array.from({ length: server.pushed - held }, (_, each) => event(held + each + 1));
      socket.receive([...missed, { type: 'synced', conversations: [] }]);
    }
  });
  sockets.push(socket);
  return socket;
}

function aConnection(): Connection {
  const connection = new Connection({
    environment: {
      openSocket,
      now: time.now,
      setTimer: time.setTimer,
      random: () => random,
      network: { isOnline: () => true, subscribe: () => () => {} },
    },
    ticket: () => ticket(),
    cursors: async () => ({ [convoId]: heldSeq() }),
    catchUp: async () => {},
    onEvent: (each) => {
      if (each.type === 'message.create') seen.add(each.seq_no);
    },
    onState: (state) => states.push(state),
    onMoved: () => {
      moves += 1;
    },
  });
  connection.start();
  return connection;
}

async function aLiveConnection(): Promise<Connection> {
  const connection = aConnection();
  await time.advance(0);
  expect(connection.state).toBe('live');
  states = [];
  return connection;
}

function event(seqNo: number): ServerEvent {
  return { type: 'message.create', ...aMessage(seqNo) };
}

function heldSeq(): number {
  let seqNo = 0;
  while (seen.has(seqNo + 1)) seqNo += 1;
  return seqNo;
}

/** The server has something new, and sends it to every socket that it knows. */
function push(): void {
  server.pushed += 1;
  for (const socket of open()) socket.receive([event(server.pushed)]);
}

function open(): FakeSocket[] {
  return sockets.filter((socket) => socket.isOpen);
}

function notice(code: string, params: Record<string, unknown> = {}): ServerEvent {
  return { type: 'system.notice', code, params, severity: 'info' };
}

beforeEach(() => {
  time = new VirtualTime();
  sockets = [];
  frames = [];
  states = [];
  moves = 0;
  random = 0.5;
  seen = new Set();
  server = { accepts: true, syncs: true, pushed: 0 };
  ticket = async () => ({ ticket: 't', url: 'wss://x/live', expires_in: 30 });
});

describe('moving to the next socket before this one ends', () => {
  it('opens and syncs the new one beside the old one, and closes the old one a moment after', async () => {
    await aLiveConnection();
    await time.advance(102.5 * minuteMs);
    expect(open()).toEqual([sockets[0], sockets[1]]);
    expect(moves).toBe(1);
    await time.advance(3_000);
    expect(open()).toEqual([sockets[1]]);
    expect(states).toEqual([]);
  });

  it('moves again when the new one has its time', async () => {
    await aLiveConnection();
    await time.advance(2 * 102.5 * minuteMs + minuteMs);
    expect(moves).toBe(2);
    expect(open()).toEqual([sockets[2]]);
    expect(states).toEqual([]);
  });

  it('sends to the old one until the new one is up to date, and to the new one from then on', async () => {
    const connection = await aLiveConnection();
    server.syncs = false;
    sockets[0]?.receive([notice('connection.expiring', { within_ms: 60_000 })]);
    await time.advance(18_000);
    connection.send({ action: 'presence.set', idle: true });
    server.syncs = true;
    sockets[1]?.receive([{ type: 'synced', conversations: [] }]);
    await time.advance(0);
    connection.send({ action: 'presence.set', idle: false });
    await time.advance(0);
    expect(frames.filter(([, action]) => action === 'presence.set').map(([index]) => index)).toEqual([0, 1]);
  });

  it('still hears what the old one was about to say', async () => {
    await aLiveConnection();
    await time.advance(102.5 * minuteMs);
    expect(moves).toBe(1);
    server.pushed = 1;
    sockets[0]?.receive([event(1)]);
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
      await aLiveConnection();
      random = chance;
      sockets[0]?.receive([notice('connection.expiring', { within_ms: 200_000 })]);
      await time.advance(Math.max(0, waitMs - 1));
      expect(sockets).toHaveLength(waitMs === 0 ? 2 : 1);
      await time.advance(1);
      expect(sockets).toHaveLength(2);
      expect(moves).toBe(1);
    },
  );

  it('moves once, however often the server asks, and does not ask the new one to move for it', async () => {
    await aLiveConnection();
    for (let count = 0; count < 3; count += 1)
      sockets[0]?.receive([notice('connection.expiring', { within_ms: 10_000 })]);
    await time.advance(3_000);
    sockets[0]?.receive([notice('connection.expiring', { within_ms: 10_000 })]);
    await time.advance(minuteMs);
    expect(moves).toBe(1);
    expect(sockets).toHaveLength(2);
  });

  it('makes nothing of a notice without a time', async () => {
    await aLiveConnection();
    sockets[0]?.receive([
      notice('connection.expiring'),
      notice('connection.expiring', { within_ms: 'soon' }),
    ]);
    await time.advance(minuteMs);
    expect(sockets).toHaveLength(1);
  });
});

describe('when the new socket fails', () => {
  it('keeps the old one and tries again, ever later', async () => {
    await aLiveConnection();
    server.accepts = false;
    await time.advance(102.5 * minuteMs);
    await time.advance(20_000);
    const tries = sockets.length;
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(10);
    expect(states).toEqual([]);
    push();
    server.accepts = true;
    await time.advance(minuteMs);
    expect(moves).toBe(1);
    expect(states).toEqual([]);
    expect(seen).toEqual(new Set([1]));
  });

  it('waits as long as the server asks', async () => {
    await aLiveConnection();
    const retryAfterMs = 20_000;
    ticket = () =>
      Promise.reject(new ProblemError({ status: 429, code: 'rate_limited', detail: '', retryAfterMs }));
    await time.advance(102.5 * minuteMs);
    ticket = async () => ({ ticket: 't', url: 'wss://x/live', expires_in: 30 });
    await time.advance(19_000);
    expect(sockets).toHaveLength(1);
    await time.advance(2_000);
    expect(moves).toBe(1);
  });

  it('gives up a new one that is never synced', async () => {
    await aLiveConnection();
    await time.advance(102 * minuteMs);
    server.syncs = false;
    await time.advance(0.5 * minuteMs + 19_000);
    expect(open()).toHaveLength(2);
    server.syncs = true;
    await time.advance(5_000);
    expect(moves).toBe(1);
    expect(states).toEqual([]);
  });

  it('stops when it is because the session is over', async () => {
    const connection = await aLiveConnection();
    ticket = () => Promise.reject(new SignedOutError('ended'));
    await time.advance(103 * minuteMs);
    expect(connection.state).toBe('closed');
    expect(open()).toEqual([]);
  });
});

describe('when the old socket ends meanwhile', () => {
  it('goes on with the new one, and is live as soon as that one is', async () => {
    await aLiveConnection();
    server.syncs = false;
    sockets[0]?.receive([notice('connection.expiring', { within_ms: 0 })]);
    await time.advance(0);
    sockets[0]?.drop(1001);
    expect(states).toEqual(['catching-up']);
    server.pushed = 2;
    sockets[1]?.receive([event(1), event(2), { type: 'synced', conversations: [] }]);
    await time.advance(0);
    expect(states).toEqual(['catching-up', 'live']);
    expect(seen).toEqual(new Set([1, 2]));
    expect(sockets).toHaveLength(2);
  });

  it('connects anew when the new one fails, too', async () => {
    await aLiveConnection();
    server.syncs = false;
    sockets[0]?.receive([notice('connection.expiring', { within_ms: 0 })]);
    await time.advance(0);
    sockets[0]?.drop(1001);
    server.syncs = true;
    sockets[1]?.drop(1006);
    await time.advance(1_000);
    expect(states).toEqual(['catching-up', 'connecting', 'catching-up', 'live']);
    expect(open()).toEqual([sockets[2]]);
  });

  it('is not taken for being replaced when the new one is one too many', async () => {
    await aLiveConnection();
    server.syncs = false;
    sockets[0]?.receive([notice('connection.expiring', { within_ms: 0 })]);
    await time.advance(0);
    sockets[0]?.receive([notice('connection.replaced')]);
    await time.advance(0);
    sockets[1]?.receive([{ type: 'synced', conversations: [] }]);
    await time.advance(0);
    expect(states).toEqual(['catching-up', 'live']);
    expect(open()).toEqual([sockets[1]]);
  });

  it('does not mind being told so after it has moved', async () => {
    const connection = await aLiveConnection();
    sockets[0]?.receive([notice('connection.expiring', { within_ms: 0 })]);
    await time.advance(0);
    expect(moves).toBe(1);
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
  const connection = await aLiveConnection();
  server.syncs = false;
  sockets[0]?.receive([notice('connection.expiring', { within_ms: 0 })]);
  await time.advance(0);
  connection.stop();
  await time.advance(10 * minuteMs);
  expect(open()).toEqual([]);
  expect(sockets).toHaveLength(2);
});

describe('whatever happens while it moves', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: 'push' as const, ms: 0 }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), ms: fc.nat(30_000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('refuse' as const, 'mute' as const, 'heal' as const),
        ms: fc.constant(0),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), ms: fc.nat(1) }) },
  );

  async function play(steps: { kind: string; ms: number }[]): Promise<void> {
    for (const { kind, ms } of steps) {
      if (kind === 'push') push();
      if (kind === 'wait') await time.advance(ms);
      if (kind === 'expire') open()[0]?.receive([notice('connection.expiring', { within_ms: ms })]);
      if (kind === 'refuse') server.accepts = false;
      if (kind === 'mute') server.syncs = false;
      if (kind === 'heal') Object.assign(server, { accepts: true, syncs: true });
      if (kind === 'drop') open()[ms]?.drop(1001);
      await time.advance(0);
    }
  }

  function reset(chance: number): void {
    time = new VirtualTime();
    sockets = [];
    seen = new Set();
    states = [];
    server = { accepts: true, syncs: true, pushed: 0 };
    random = chance;
  }

  it('sees at once what the server pushed to any socket, and in the end everything', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.double({ min: 0.1, max: 0.99, noNaN: true }),
        async (steps, chance) => {
          reset(chance);
          const connection = await aLiveConnection();
          for (const each of steps) {
            const wasOpen = open().length > 0;
            await play([each]);
            if (each.kind === 'push' && wasOpen) expect(seen.has(server.pushed)).toBe(true);
          }
          Object.assign(server, { accepts: true, syncs: true });
          await time.advance(5 * minuteMs);
          expect(connection.state).toBe('live');
          expect(heldSeq()).toBe(server.pushed);
          await time.advance(10_000);
          expect(open().length).toBeLessThanOrEqual(2);
          connection.stop();
          expect(open()).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never leaves live while no socket is lost', async () => {
    const harmless = step.filter(({ kind }) => kind !== 'drop');
    await fc.assert(
      fc.asyncProperty(fc.array(harmless, { maxLength: 40 }), async (steps) => {
        reset(0.5);
        const connection = await aLiveConnection();
        // The regular syncs need an answer.
        for (const each of steps.filter(({ kind }) => kind !== 'mute')) await play([each]);
        expect(states).toEqual([]);
        expect(heldSeq()).toBe(server.pushed);
        connection.stop();
      }),
      { numRuns: 100 },
    );
  });
});
