import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import type { ConfabClient } from './confab-client.ts';
import { unreadCount } from './conversation-state.ts';
import { inProcessLocks } from './locks.ts';
import { memoryOutboxStore } from './outbox-store.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, convoId, grace, rows, startClient, tabChannels, texts } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

let time: VirtualTime;
let server: FakeServer;

function start(userId = ada, options: Partial<Parameters<typeof startClient>[0]> = {}): ConfabClient {
  return startClient({ server, time, userId, ...options });
}

async function live(userId = ada): Promise<ConfabClient> {
  const client = start(userId);
  await time.advance(0);
  expect(client.chat?.state.connection).toBe('live');
  return client;
}

function losesPushes(): void {
  server.faults.push = (event) => (event.type === 'message.create' ? [] : [event]);
}

function deliversPushes(): void {
  server.faults.push = (event) => [event];
}

function historyRequests(): string[] {
  return server.requests.filter((request) => request.includes('/messages'));
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada, grace]);
});

describe('receiving', () => {
  it('shows pushes as they come', async () => {
    const client = await live();
    server.post(convoId, grace, 'hello');
    await time.advance(0);
    expect(texts(client)).toEqual(['hello']);
  });

  it('fills a hole over HTTP when the next push shows it', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    losesPushes();
    server.post(convoId, grace, 'two');
    deliversPushes();
    server.post(convoId, grace, 'three');
    await time.advance(0);
    expect(texts(client)).toEqual(['one']);
    await time.advance(1_000);
    expect(texts(client)).toEqual(['one', 'two', 'three']);
    expect(historyRequests()).toEqual([expect.stringContaining('/messages?since_seq=1&')]);
  });

  it('asks for nothing when two pushes only overtook each other', async () => {
    const client = await live();
    let held: ServerEvent[] = [];
    server.faults.push = (event) => {
      held = [event, ...held];
      return [];
    };
    server.post(convoId, grace, 'one');
    server.post(convoId, grace, 'two');
    for (const socket of server.sockets) socket.receive(held);
    await time.advance(1_000);
    expect(texts(client)).toEqual(['one', 'two']);
    expect(historyRequests()).toEqual([]);
  });

  it('finds a lost last push by itself within five minutes', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(0);
    losesPushes();
    server.post(convoId, grace, 'two');
    await time.advance(0);
    deliversPushes();
    await time.advance(5 * 60_000);
    expect(texts(client)).toEqual(['one', 'two']);
  });

  it('learns of a conversation that somebody else has begun from its first message', async () => {
    const client = await live();
    const begun = `c_${'9'.repeat(26)}`;
    server.addConversation(begun, [ada, grace]);
    server.post(begun, grace, 'hi');
    await time.advance(1_000);
    const conversation = client.chat?.state.conversations.get(begun);
    expect(conversation).toMatchObject({ lastMessage: { preview: 'hi' }, readSeq: 0 });
    await client.chat?.loadOlder(begun);
    expect(texts(client, begun)).toEqual(['hi']);
  });

  it('pages back to the first message', async () => {
    for (let count = 1; count <= 120; count += 1) server.post(convoId, grace, String(count));
    const client = await live();
    expect(texts(client)).toEqual([]);
    for (const expected of [50, 100, 120, 120]) {
      await client.chat?.loadOlder(convoId);
      expect(texts(client)).toHaveLength(expected);
    }
    expect(texts(client)[0]).toBe('1');
    expect(historyRequests()).toHaveLength(3);
  });
});

describe('unread counts', () => {
  it('grow with what others write and end with reading', async () => {
    const client = await live();
    const unread = (): number | undefined => {
      const conversation = client.chat?.state.conversations.get(convoId);
      return conversation && unreadCount(conversation);
    };
    server.post(convoId, grace, 'one');
    server.post(convoId, grace, 'two');
    await time.advance(0);
    expect(unread()).toBe(2);
    client.chat?.markRead(convoId, 2);
    expect(unread()).toBe(0);
    await time.advance(0);
    expect(server.frames.map(({ frame }) => frame)).toContainEqual({
      action: 'message.read',
      convo_id: convoId,
      seq_no: 2,
    });
    server.post(convoId, ada, 'from another device');
    await time.advance(0);
    expect(unread()).toBe(0);
  });
});

describe('after an absence', () => {
  it('sends the cursors that it holds, and shows what was missed', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(0);
    server.faults.isUnreachable = true;
    for (const socket of server.sockets) socket.drop(1006);
    server.post(convoId, grace, 'two');
    await time.advance(60_000);
    expect(client.chat?.state.connection).toBe('connecting');
    expect(texts(client)).toEqual(['one']);
    server.faults.isUnreachable = false;
    await time.advance(30_000);
    const syncs = server.frames.flatMap(({ frame }) => (frame.action === 'sync' ? [frame.cursors] : []));
    expect(syncs).toEqual([
      { [convoId]: { seq_no: 0, rev: 0, version: 1 } },
      { [convoId]: { seq_no: 1, rev: 0, version: 1 } },
    ]);
    expect(texts(client)).toEqual(['one', 'two']);
  });

  it('asks from before a hole, not from the last message that it has heard of', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    losesPushes();
    server.post(convoId, grace, 'two');
    deliversPushes();
    server.post(convoId, grace, 'three');
    await time.advance(0);
    for (const socket of server.sockets) socket.drop(1006);
    await time.advance(1_000);
    const syncs = server.frames.flatMap(({ frame }) => (frame.action === 'sync' ? [frame.cursors] : []));
    expect(syncs.at(-1)).toEqual({ [convoId]: { seq_no: 1, rev: 0, version: 1 } });
    expect(texts(client)).toEqual(['one', 'two', 'three']);
  });

  it('fetches over HTTP what a limited sync left out, and is live only then', async () => {
    const client = await live();
    server.post(convoId, grace, '1');
    await time.advance(20_000);
    server.faults.isUnreachable = true;
    for (let count = 2; count <= 260; count += 1) server.post(convoId, grace, String(count));
    server.faults.isUnreachable = false;
    server.faults.syncMessagesMax = 10;
    for (const socket of server.sockets) socket.drop(1001);
    await time.advance(1_000);
    expect(client.chat?.state.connection).toBe('live');
    expect(texts(client)).toEqual(Array.from({ length: 260 }, (_, index) => String(index + 1)));
    expect(historyRequests()).toHaveLength(Math.ceil((260 - 11) / limits.historyPageMax));
  });
});

describe('sending', () => {
  it('shows a message at once, and as stored when the server says so', async () => {
    const client = await live();
    const shown = new Set<string>();
    client.subscribe(() => shown.add(texts(client).join()));
    await client.chat?.send(convoId, ' hello ');
    await time.advance(0);
    expect([...shown]).toEqual(['hello?', 'hello']);
  });

  it('lets a message through once although its ack was lost', async () => {
    const client = await live();
    server.faults.push = (event) =>
      event.type === 'message.ack' || event.type === 'message.create' ? [] : [event];
    await client.chat?.send(convoId, 'hello');
    await time.advance(1_000);
    expect(texts(client)).toEqual(['hello?']);
    deliversPushes();
    await time.advance(10_000);
    expect(texts(client)).toEqual(['hello']);
    expect(server.messages(convoId)).toHaveLength(1);
  });

  it('keeps what is written without a network through a reload, and sends it once', async () => {
    const outboxStore = memoryOutboxStore();
    server.faults.isUnreachable = true;
    const before = start(ada, { outboxStore });
    await time.advance(1_000);
    await before.chat?.send(convoId, 'written in a tunnel');
    before.close();
    const after = start(ada, { outboxStore });
    await time.advance(1_000);
    expect(after.chat?.unsentCount).toBe(1);
    server.faults.isUnreachable = false;
    await time.advance(60_000);
    expect(after.chat?.unsentCount).toBe(0);
    expect(server.messages(convoId).map((message) => message.content)).toEqual(['written in a tunnel']);
    expect(texts(after)).toEqual(['written in a tunnel']);
  });

  it('shows a refused message as failed', async () => {
    const client = await live();
    server.faults.answerSend = (frame) => ({
      type: 'message.ack',
      convo_id: frame.convo_id,
      client_msg_id: frame.client_msg_id,
      status: 'rejected',
      error: { code: 'conversation.not_found', detail: 'You are not a member' },
    });
    await client.chat?.send(convoId, 'hello');
    await time.advance(0);
    expect(texts(client)).toEqual(['hello!']);
  });

  it('sends a message of two tabs once, and shows it in both', async () => {
    const shared = { outboxStore: memoryOutboxStore(), locks: inProcessLocks(), openTab: tabChannels() };
    const tab = (): ConfabClient =>
      start(ada, {
        outboxStore: shared.outboxStore,
        environment: { locks: shared.locks, tabs: shared.openTab() },
      });
    const [first, second] = [tab(), tab()];
    await time.advance(0);
    await second.chat?.send(convoId, 'from the second tab');
    await time.advance(0);
    expect(server.frames.filter(({ frame }) => frame.action === 'message.send')).toHaveLength(1);
    expect([texts(first), texts(second)]).toEqual([['from the second tab'], ['from the second tab']]);
  });
});

describe('signing out', () => {
  it('forgets the tokens and what was not sent', async () => {
    const outboxStore = memoryOutboxStore();
    const client = start(ada, { outboxStore });
    await time.advance(0);
    server.faults.loseFrame = (frame) => frame.action === 'message.send';
    await client.chat?.send(convoId, 'never sent');
    const left = client.signOut();
    await time.advance(0);
    await left;
    expect(client.chat).toBeUndefined();
    expect(await outboxStore.list(ada)).toEqual([]);
    expect(server.requests.at(-1)).toBe('POST /auth/logout');
    await client.resume();
    expect(client.chat).toBeUndefined();
  });

  it('does not wait long for a server that does not answer', async () => {
    const client = await live();
    server.faults.isUnreachable = true;
    const left = client.signOut();
    await time.advance(3_000);
    await left;
    expect(client.chat).toBeUndefined();
  });
});

describe('whatever happens on the way', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('write' as const), writer: fc.constantFrom('ada', 'grace') }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 15_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('outage' as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
    },
  );
  /** The fate of each event on its way, over and over: 0 loses it, 2 doubles it, 3 holds it back behind the next. */
  const fates = fc.array(fc.constantFrom(0, 1, 1, 1, 2, 3), { minLength: 5, maxLength: 40 });

  it("both people see every message once and in the server's order", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fates, async (steps, fate) => {
        time = new VirtualTime();
        server = new FakeServer(time.now);
        server.addConversation(convoId, [ada, grace]);
        let pushes = 0;
        let held: ServerEvent[] = [];
        server.faults.push = (event) => {
          pushes += 1;
          const copies = fate[pushes % fate.length] ?? 1;
          if (copies === 3) {
            held.push(event);
            return [];
          }
          const out = [...Array.from({ length: copies }, () => event), ...(copies > 0 ? held : [])];
          if (copies > 0) held = [];
          return out;
        };
        server.faults.loseFrame = (frame) => frame.action === 'message.send' && pushes % 7 === 3;
        const clients = { ada: start(ada), grace: start(grace) };
        const written: string[] = [];
        for (const next of steps) {
          if (next.kind === 'write') {
            const writer = next.writer === 'ada' ? 'ada' : 'grace';
            written.push(`${writer} ${written.length}`);
            await clients[writer].chat?.send(convoId, `${writer} ${written.length - 1}`);
          } else if (next.kind === 'cut') {
            for (const socket of server.sockets) socket.drop(1006);
          } else {
            server.faults.isUnreachable = next.kind === 'outage';
            await time.advance(next.ms);
            server.faults.isUnreachable = false;
          }
        }
        deliversPushes();
        server.faults.loseFrame = () => false;
        await time.advance(10 * 60_000);
        const stored = server.messages(convoId).map((message) => message.content);
        expect([...stored].sort()).toEqual([...written].sort());
        for (const [name, client] of Object.entries(clients)) {
          while (rows(client).length < stored.length) {
            const before = rows(client).length;
            await client.chat?.loadOlder(convoId);
            if (rows(client).length === before) break;
          }
          expect(texts(client)).toEqual(stored);
          const own = stored.filter((text) => text.startsWith(name));
          expect(own).toEqual(written.filter((text) => text.startsWith(name)));
          client.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
