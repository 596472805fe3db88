import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientFrame } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import type { ConfabClient } from './confab-client.ts';
import { receiptCounts, unreadCount } from './conversation-state.ts';
import { inProcessLocks } from './locks.ts';
import type { MessageChange } from './message-changes.ts';
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

function conversation(client: ConfabClient) {
  const state = client.chat?.state.conversations.get(convoId);
  if (state === undefined) throw new Error('the conversation is not loaded');
  return state;
}

/** The messages as the client shows them. */
function shown(client: ConfabClient): MessageView[] {
  return rows(client).flatMap((row) => (row.kind === 'message' ? [row.message] : []));
}

function framesOf<A extends ClientFrame['action']>(action: A): Extract<ClientFrame, { action: A }>[] {
  const isWanted = (frame: ClientFrame): frame is Extract<ClientFrame, { action: A }> =>
    frame.action === action;
  return server.frames.map(({ frame }) => frame).filter(isWanted);
}

function requests(part: string): string[] {
  return server.requests.filter((request) => request.includes(part));
}

/** Grace's reaction, made on the server. */
function graceReacts(seqNo: number, emoji: string): void {
  const id = `${seqNo} ${emoji}`;
  server.change(grace, {
    action: 'reaction.add',
    convo_id: convoId,
    client_msg_id: id,
    seq_no: seqNo,
    emoji,
  });
}

function losesUpdates(): void {
  server.faults.push = (event) => (event.type === 'message.update' ? [] : [event]);
}

function deliversPushes(): void {
  server.faults.push = (event) => [event];
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada, grace]);
});

describe('changes of others', () => {
  it('show in the message as they come', async () => {
    const client = await live();
    server.post(convoId, grace, 'helo');
    server.change(grace, {
      action: 'message.edit',
      convo_id: convoId,
      client_msg_id: 'e',
      seq_no: 1,
      content: 'hello',
    });
    graceReacts(1, '👍');
    await time.advance(1_000);
    expect(shown(client)).toEqual(server.messages(convoId));
    expect(shown(client)[0]).toMatchObject({ content: 'hello', reactions: [{ emoji: '👍', count: 1 }] });
    expect(conversation(client).lastMessage?.preview).toBe('hello');
    expect(requests('/changes')).toEqual([]);
  });

  it('that were lost are asked for when the next one shows it, page by page', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    server.post(convoId, grace, 'two');
    await time.advance(0);
    losesUpdates();
    for (const emoji of ['👍', '🎉', '😂']) graceReacts(1, emoji);
    deliversPushes();
    server.faults.changesPageMax = 2;
    graceReacts(2, '👍');
    await time.advance(1_000);
    expect(shown(client)).toEqual(server.messages(convoId));
    expect(requests('/changes')).toEqual([
      expect.stringContaining('since_rev=0'),
      expect.stringContaining('since_rev=2'),
    ]);
  });

  it('that overtook each other need no request', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(0);
    const held: ServerEvent[] = [];
    server.faults.push = (event) => {
      held.unshift(event);
      return [];
    };
    for (const emoji of ['👍', '🎉', '😂']) graceReacts(1, emoji);
    for (const socket of server.sockets) socket.receive(held);
    await time.advance(1_000);
    expect(shown(client)).toEqual(server.messages(convoId));
    expect(requests('/changes')).toEqual([]);
  });

  it('that were made during an absence come with the sync', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(20_000);
    for (const socket of server.sockets) socket.drop(1006);
    graceReacts(1, '👍');
    server.post(convoId, grace, 'two');
    await time.advance(1_000);
    expect(framesOf('sync').at(-1)?.cursors).toEqual({ [convoId]: { seq_no: 1, rev: 0, version: 1 } });
    expect(shown(client)).toEqual(server.messages(convoId));
    expect(requests('/changes')).toEqual([]);
  });

  it('are not lost in a page of history that was on its way', async () => {
    server.post(convoId, grace, 'one');
    const arrival = Promise.withResolvers<void>();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const response = await server.fetch(input, init);
      if (new Request(input).url.includes('/messages')) await arrival.promise;
      return response;
    };
    const client = start(ada, { environment: { fetch } });
    await time.advance(0);
    const loading = client.chat?.loadOlder(convoId);
    await time.advance(0);
    graceReacts(1, '👍');
    await time.advance(0);
    expect(conversation(client).timeline.rev).toBe(1);
    arrival.resolve();
    await loading;
    await time.advance(1_000);
    expect(shown(client)).toEqual(server.messages(convoId));
  });

  it('are not undone by a push that they have overtaken', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(0);
    let held: ServerEvent[] = [];
    server.faults.push = (event) => {
      held = [...held, event];
      return [];
    };
    server.post(convoId, grace, 'two');
    server.post(convoId, grace, 'three');
    graceReacts(3, '👍');
    deliversPushes();
    const [two, three, changed] = held;
    const inThisOrder = [changed, three, two].flatMap((event) => event ?? []);
    for (const socket of server.sockets) socket.receive(inThisOrder);
    await time.advance(1_000);
    expect(shown(client)).toEqual(server.messages(convoId));
    expect(requests('/changes')).toEqual([]);
  });
});

describe('our own changes', () => {
  it('show at once, and are the same when the server has made them', async () => {
    const client = await live();
    server.post(convoId, ada, 'one');
    await time.advance(0);
    const seen: string[] = [];
    client.subscribe(() => seen.push(shown(client)[0]?.content ?? ''));
    await client.chat?.change(convoId, 1, { kind: 'edit', content: ' two ' });
    await time.advance(1_000);
    expect([...new Set(seen)]).toEqual(['two']);
    expect(shown(client)).toEqual(server.messages(convoId));
    expect(client.chat?.unsentCount).toBe(0);
  });

  it('stay visible when the ack comes and the update is lost', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(0);
    losesUpdates();
    await client.chat?.change(convoId, 1, { kind: 'react', emoji: '👍' });
    await time.advance(0);
    expect(client.chat?.unsentCount).toBe(0);
    expect(shown(client)[0]?.reactions).toEqual([{ emoji: '👍', count: 1, user_ids: [ada] }]);
    await time.advance(1_000);
    expect(shown(client)).toEqual(server.messages(convoId));
    expect(conversation(client).timeline.confirmed).toEqual([]);
  });

  it('are made once, in their order, although the acks are lost and the page is loaded again', async () => {
    const outboxStore = memoryOutboxStore();
    const first = start(ada, { outboxStore });
    await time.advance(0);
    server.post(convoId, grace, 'one');
    await time.advance(0);
    server.faults.push = (event) => (event.type === 'message.ack' ? [] : [event]);
    await first.chat?.change(convoId, 1, { kind: 'react', emoji: '👍' });
    await first.chat?.change(convoId, 1, { kind: 'unreact', emoji: '👍' });
    await first.chat?.send(convoId, 'and a message');
    await time.advance(1_000);
    first.close();
    deliversPushes();
    const second = start(ada, { outboxStore });
    await time.advance(60_000);
    expect(second.chat?.unsentCount).toBe(0);
    expect(server.rev(convoId)).toBe(2);
    expect(server.messages(convoId)[0]?.reactions).toBeUndefined();
    expect(server.messages(convoId)).toHaveLength(2);
  });

  it('that are refused are not shown any more, say why, and can be undone', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(0);
    const seen = new Set<string>();
    client.subscribe(() => seen.add(texts(client).join()));
    await client.chat?.change(convoId, 1, { kind: 'edit', content: 'mine' });
    await time.advance(0);
    expect([...seen]).toEqual(['mine', 'one']);
    const [row] = rows(client);
    const failed = row?.kind === 'message' ? row.changes?.[0] : undefined;
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'message.forbidden' } });
    await client.chat?.discard(failed?.client_msg_id ?? '');
    expect(rows(client)[0]).not.toHaveProperty('changes');
  });

  it('are sent by one of two tabs, and show in both', async () => {
    const shared = { outboxStore: memoryOutboxStore(), locks: inProcessLocks(), openTab: tabChannels() };
    const tab = (): ConfabClient =>
      start(ada, {
        outboxStore: shared.outboxStore,
        environment: { locks: shared.locks, tabs: shared.openTab() },
      });
    const tabs = [tab(), tab()] as const;
    await time.advance(0);
    server.post(convoId, grace, 'one');
    await time.advance(0);
    losesUpdates();
    await tabs[1].chat?.change(convoId, 1, { kind: 'react', emoji: '👍' });
    await time.advance(0);
    expect(framesOf('reaction.add')).toHaveLength(1);
    for (const client of tabs) expect(shown(client)[0]?.reactions).toMatchObject([{ user_ids: [ada] }]);
    await time.advance(1_000);
    for (const client of tabs) expect(shown(client)).toEqual(server.messages(convoId));
  });

  it('carry what a message answers and whom it names', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await client.chat?.send(convoId, 'yes @grace', { replyTo: 1, mentions: [grace] });
    await time.advance(0);
    expect(server.messages(convoId)[1]).toMatchObject({ reply_to: 1, mentions: [grace] });
    expect(shown(client)).toEqual(server.messages(convoId));
  });
});

describe('receipts', () => {
  it('tell of what came, once a second at most, and not of what was read', async () => {
    const client = await live();
    for (const text of ['one', 'two', 'three']) server.post(convoId, grace, text);
    await time.advance(500);
    server.post(convoId, grace, 'four');
    await time.advance(700);
    expect(framesOf('message.delivered').map((frame) => frame.seq_no)).toEqual([3]);
    await time.advance(1_000);
    expect(framesOf('message.delivered').map((frame) => frame.seq_no)).toEqual([3, 4]);
    server.post(convoId, grace, 'five');
    await time.advance(0);
    client.chat?.markRead(convoId, 5);
    server.post(convoId, ada, 'six');
    await time.advance(5_000);
    expect(framesOf('message.delivered').map((frame) => frame.seq_no)).toEqual([3, 4]);
  });

  it('of what was waiting in the list are told too, and repeated when the socket broke with them', async () => {
    server.post(convoId, grace, 'one');
    server.faults.loseFrame = (frame) => frame.action === 'message.delivered';
    await live();
    await time.advance(1_000);
    server.faults.loseFrame = () => false;
    for (const socket of server.sockets) socket.drop(1006);
    await time.advance(5_000);
    expect(framesOf('message.delivered')).toEqual([
      { action: 'message.delivered', convo_id: convoId, seq_no: 1 },
    ]);
  });

  it('of others count what is read as delivered', async () => {
    const client = await live();
    server.post(convoId, ada, 'one');
    await client.chat?.loadReceipts(convoId);
    expect(receiptCounts(conversation(client), 1)).toEqual({ delivered: 0, read: 0 });
    const [socket] = server.sockets;
    socket?.receive([{ type: 'message.delivery', convo_id: convoId, user_id: grace, seq_no: 1 }]);
    await time.advance(0);
    expect(receiptCounts(conversation(client), 1)).toEqual({ delivered: 1, read: 0 });
    socket?.receive([{ type: 'message.read', convo_id: convoId, user_id: grace, seq_no: 1 }]);
    await time.advance(0);
    expect(receiptCounts(conversation(client), 1)).toEqual({ delivered: 1, read: 1 });
  });
});

describe('a mark that is put back', () => {
  it('shows as unread on every device, survives a lost frame, and ends with reading', async () => {
    const [here, there] = [await live(), await live()];
    server.post(convoId, grace, 'one');
    server.post(convoId, grace, 'two');
    await time.advance(0);
    here.chat?.markRead(convoId, 2);
    await time.advance(2_000);
    server.faults.loseFrame = (frame) => frame.action === 'message.unread';
    here.chat?.markUnread(convoId, 1);
    await time.advance(2_000);
    expect(unreadCount(conversation(here))).toBe(1);
    server.faults.loseFrame = () => false;
    for (const socket of server.sockets) socket.drop(1006);
    await time.advance(20_000);
    expect(unreadCount(conversation(here))).toBe(1);
    expect(unreadCount(conversation(there))).toBe(1);
    here.chat?.markRead(convoId, 2);
    await time.advance(2_000);
    expect(unreadCount(conversation(here))).toBe(0);
    expect(framesOf('message.read').map((frame) => frame.seq_no)).toEqual([2, 2]);
  });

  it('is heard of after an absence', async () => {
    const client = await live();
    server.post(convoId, grace, 'one');
    await time.advance(0);
    client.chat?.markRead(convoId, 1);
    await time.advance(20_000);
    const other = await live();
    for (const socket of server.sockets) socket.drop(1006);
    server.faults.push = (event) => (event.type === 'message.unread' ? [] : [event]);
    await time.advance(20_000);
    other.chat?.markUnread(convoId, 0);
    await time.advance(1_000);
    expect(unreadCount(conversation(client))).toBe(0);
    for (const socket of server.sockets) socket.drop(1006);
    await time.advance(20_000);
    expect(unreadCount(conversation(client))).toBe(1);
  });
});

describe('typing', () => {
  it('is told every three seconds at most, and the end of it once', async () => {
    const client = await live();
    for (let key = 0; key < 8; key += 1) {
      client.chat?.setTyping(convoId, true);
      await time.advance(500);
    }
    expect(framesOf('typing.start')).toHaveLength(2);
    client.chat?.setTyping(convoId, false);
    client.chat?.setTyping(convoId, false);
    await time.advance(0);
    expect(framesOf('typing.stop')).toHaveLength(1);
  });

  it('ends with sending', async () => {
    const client = await live();
    client.chat?.setTyping(convoId, true);
    await client.chat?.send(convoId, 'done');
    await time.advance(0);
    expect(framesOf('typing.stop')).toHaveLength(1);
  });

  it('of others ends by itself, and with what they wrote', async () => {
    const client = await live();
    const [socket] = server.sockets;
    const begins = () =>
      socket?.receive([{ type: 'typing.start', convo_id: convoId, user_id: grace, expires_in_ms: 6_000 }]);
    begins();
    await time.advance(5_000);
    begins();
    await time.advance(5_000);
    expect(conversation(client).typing).toEqual([grace]);
    await time.advance(1_000);
    expect(conversation(client).typing).toEqual([]);
    begins();
    await time.advance(0);
    server.post(convoId, grace, 'done');
    await time.advance(0);
    expect(conversation(client).typing).toEqual([]);
  });
});

describe('a message far back', () => {
  it('is paged back to if it is near, and shown with those around it if not', async () => {
    for (let count = 1; count <= 900; count += 1) server.post(convoId, grace, String(count));
    const client = await live();
    expect(await client.chat?.loadBackTo(convoId, 420)).toBe(true);
    expect(shown(client)[0]?.seq_no).toBeLessThanOrEqual(420);
    const other = await live();
    expect(await other.chat?.loadBackTo(convoId, 5)).toBe(false);
    const around = await other.chat?.messagesAround(convoId, 5);
    expect(around?.map((message) => message.seq_no)).toContain(5);
  });
});

describe('whatever happens on the way', () => {
  const changes: fc.Arbitrary<MessageChange> = fc.oneof(
    fc.record({ kind: fc.constant('edit' as const), content: fc.constantFrom('a', 'b', 'c') }),
    fc.constant({ kind: 'delete' as const }),
    fc.record({
      kind: fc.constantFrom('react' as const, 'unreact' as const),
      emoji: fc.constantFrom('👍', '🎉'),
    }),
    fc.record({ kind: fc.constantFrom('pin' as const, 'unpin' as const) }),
  );
  const who = fc.constantFrom('ada' as const, 'grace' as const);
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), who }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('change' as const),
        who,
        seqNo: fc.integer({ min: 1, max: 8 }),
        change: changes,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 5_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('back' as const), who }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('outage' as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
    },
  );
  /** The fate of each event on its way, over and over: 0 loses it, 2 doubles it, 3 holds it back behind the next. */
  const fates = fc.array(fc.constantFrom(0, 1, 1, 1, 2, 3), { minLength: 5, maxLength: 40 });

  function misbehave(fate: readonly number[]): void {
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
    server.faults.loseFrame = (frame) =>
      frame.action !== 'sync' && frame.action !== 'ping' && pushes % 7 === 3;
    server.faults.changesPageMax = 3;
    server.faults.syncMessagesMax = 4;
  }

  async function pageBackAll(client: ConfabClient): Promise<void> {
    while (!conversation(client).timeline.isFromStart) await client.chat?.loadOlder(convoId);
    await time.advance(10_000);
  }

  it("every client ends with the server's state of every message", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fates, async (steps, fate) => {
        time = new VirtualTime();
        server = new FakeServer(time.now);
        server.addConversation(convoId, [ada, grace]);
        for (let count = 0; count < 8; count += 1)
          server.post(convoId, count % 2 === 0 ? ada : grace, 'text');
        // An answer may take a while: what it says is from before.
        let slowness = 0;
        const fetch: typeof globalThis.fetch = async (input, init) => {
          const response = await server.fetch(input, init);
          const delayMs = slowness;
          if (delayMs > 0) await new Promise<void>((resolve) => time.setTimer(resolve, delayMs));
          return response;
        };
        const clients = {
          ada: start(ada, { environment: { fetch } }),
          grace: start(grace, { environment: { fetch } }),
        };
        await time.advance(1_000);
        await clients.ada.chat?.loadOlder(convoId);
        misbehave(fate);
        slowness = 200;
        for (const next of steps) {
          if (next.kind === 'write') await clients[next.who].chat?.send(convoId, 'text');
          else if (next.kind === 'change')
            await clients[next.who].chat?.change(convoId, next.seqNo, next.change);
          else if (next.kind === 'back') void clients[next.who].chat?.loadOlder(convoId).catch(() => {});
          else if (next.kind === 'cut') for (const socket of server.sockets) socket.drop(1006);
          else {
            server.faults.isUnreachable = next.kind === 'outage';
            await time.advance(next.ms);
            server.faults.isUnreachable = false;
          }
        }
        deliversPushes();
        server.faults.loseFrame = () => false;
        slowness = 0;
        await time.advance(10 * 60_000);
        for (const client of Object.values(clients)) {
          await pageBackAll(client);
          expect(shown(client)).toEqual(server.messages(convoId));
          expect(conversation(client).timeline.rev).toBe(server.rev(convoId));
          const last = server.messages(convoId).at(-1);
          if (last !== undefined) expect(conversation(client).lastMessage?.preview).toBe(last.content);
          client.close();
        }
      }),
      { numRuns: 100 },
    );
  });
});
