import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientFrame } from '../../events/client-frames.ts';
import type { ConfabClient } from './confab-client.ts';
import { memoryOutboxStore } from './outbox-store.ts';
import { problem } from './testing/fake-answer.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, convoId, grace, startClient, tabChannels, texts } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';
import { unreadInThread } from './thread-state.ts';
import { threadRows } from './timeline-rows.ts';

let time: VirtualTime;
let server: FakeServer;

async function live(
  userId = ada,
  options: Partial<Parameters<typeof startClient>[0]> = {},
): Promise<ConfabClient> {
  const client = startClient({ server, time, userId, ...options });
  await time.advance(0);
  expect(client.chat?.state.connection).toBe('live');
  return client;
}

function chat(client: ConfabClient) {
  if (client.chat === undefined) throw new Error('nobody is signed in');
  return client.chat;
}

function conversation(client: ConfabClient) {
  const state = chat(client).state.conversations.get(convoId);
  if (state === undefined) throw new Error('the conversation is not loaded');
  return state;
}

function thread(client: ConfabClient, rootSeq = 1) {
  const state = conversation(client).threads.get(rootSeq);
  if (state === undefined) throw new Error('the thread is not open');
  return state;
}

/** The texts of the thread; `?` marks what is not confirmed. */
function replies(client: ConfabClient, rootSeq = 1): string[] {
  const rows = threadRows(thread(client, rootSeq), conversation(client).timeline, ada);
  return rows.map((row) => (row.kind === 'message' ? row.message.content : `${row.pending.content}?`));
}

function unread(client: ConfabClient): number {
  return unreadInThread(thread(client).root, conversation(client).threadMarks);
}

function reply(content: string, by = grace): void {
  server.post(convoId, by, content, undefined, { thread: 1 });
}

function framesOf<A extends ClientFrame['action']>(action: A): Extract<ClientFrame, { action: A }>[] {
  const isWanted = (frame: ClientFrame): frame is Extract<ClientFrame, { action: A }> =>
    frame.action === action;
  return server.frames.map(({ frame }) => frame).filter(isWanted);
}

function threadRequests(): string[] {
  return server.requests.filter((request) => request.includes('/threads/'));
}

function losesAll(): void {
  server.faults.push = (event) => (event.type === 'synced' || event.type === 'pong' ? [event] : []);
}

function deliversPushes(): void {
  server.faults.push = (event) => [event];
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada, grace]);
  server.post(convoId, grace, 'the root');
});

describe('an open thread', () => {
  it('grows as replies come, and its root tells of them in the conversation, which does not show them', async () => {
    const client = await live();
    await chat(client).loadOlder(convoId);
    await chat(client).threads.open(convoId, 1);
    expect(replies(client)).toEqual([]);
    reply('one');
    server.post(convoId, ada, 'beside it');
    reply('two');
    await time.advance(1_000);
    expect(replies(client)).toEqual(['one', 'two']);
    expect(texts(client)).toEqual(['the root', 'beside it']);
    expect(conversation(client).timeline.messages[0]?.replies).toMatchObject({ count: 2, user_ids: [grace] });
    expect(thread(client).root.replies?.count).toBe(2);
    expect(threadRequests()).toHaveLength(1);
  });

  it('begins with its end and pages back by its own numbers', async () => {
    for (let count = 1; count <= 120; count += 1) reply(String(count));
    const client = await live();
    await chat(client).threads.open(convoId, 1);
    for (const expected of [50, 100, 120, 120]) {
      expect(replies(client)).toHaveLength(expected);
      await chat(client).threads.loadOlder(convoId, 1);
    }
    expect(replies(client)).toEqual(Array.from({ length: 120 }, (_, index) => String(index + 1)));
    expect(thread(client).isFromStart).toBe(true);
  });

  it('misses nothing that came while it was being loaded', async () => {
    reply('one');
    const client = await live();
    const opened = chat(client).threads.open(convoId, 1);
    reply('two');
    await time.advance(2_000);
    await opened;
    expect(replies(client)).toEqual(['one', 'two']);
    expect(thread(client).root.replies?.count).toBe(2);
  });

  it('shows what its messages say by now', async () => {
    reply('helo');
    const client = await live();
    await chat(client).threads.open(convoId, 1);
    const change = { convo_id: convoId, client_msg_id: 'e', seq_no: 2, content: 'hello' };
    server.change(grace, { action: 'message.edit', ...change });
    await time.advance(1_000);
    expect(replies(client)).toEqual(['hello']);
    await chat(client).change(convoId, 2, { kind: 'react', emoji: '👍' });
    await time.advance(1_000);
    expect(thread(client).messages[0]?.reactions).toMatchObject([{ emoji: '👍', count: 1 }]);
  });

  it('fills its holes although nothing of the conversation is loaded', async () => {
    const client = await live();
    await chat(client).threads.open(convoId, 1);
    losesAll();
    reply('one');
    deliversPushes();
    reply('two');
    await time.advance(2_000);
    expect(replies(client)).toEqual(['one', 'two']);
  });

  it('is complete again after an absence', async () => {
    const client = await live();
    await chat(client).threads.open(convoId, 1);
    reply('one');
    await time.advance(20_000);
    for (const socket of server.sockets) socket.drop(1006);
    for (let count = 2; count <= 150; count += 1) reply(String(count));
    await time.advance(5_000);
    expect(replies(client)).toHaveLength(150);
    expect(replies(client).at(-1)).toBe('150');
  });

  it('asks for its own pages where the conversation has nothing loaded that could miss them, until they come', async () => {
    const client = await live();
    await chat(client).threads.open(convoId, 1);
    server.faults.answerRequest = (route) =>
      route.includes('/threads/') ? problem(503, 'unavailable') : undefined;
    server.faults.syncMessagesMax = 0;
    await time.advance(20_000);
    for (const socket of server.sockets) socket.drop(1006);
    for (let count = 1; count <= 250; count += 1) reply(String(count));
    await time.advance(2_000);
    expect(replies(client)).toEqual([]);
    expect(thread(client).root.replies?.count).toBe(250);
    server.faults.answerRequest = undefined;
    await time.advance(20_000);
    expect(replies(client)).toEqual(Array.from({ length: 250 }, (_, index) => String(index + 1)));
    expect(texts(client)).toEqual([]);
  });

  it('is forgotten when nobody looks at it any more', async () => {
    const client = await live();
    await chat(client).threads.open(convoId, 1);
    chat(client).threads.close(convoId, 1);
    expect(conversation(client).threads.size).toBe(0);
  });
});

describe('writing in a thread', () => {
  it('shows the reply there at once, and once', async () => {
    const client = await live();
    await chat(client).threads.open(convoId, 1);
    const shown = new Set<string>();
    client.subscribe(() => shown.add(replies(client).join()));
    await chat(client).send(convoId, 'mine', { thread: 1 });
    await time.advance(2_000);
    expect([...shown].filter((text) => text !== '')).toEqual(['mine?', 'mine']);
    expect(framesOf('message.send')).toMatchObject([{ thread: 1, content: 'mine' }]);
    expect(thread(client).messages[0]).toEqual(server.messages(convoId)[1]);
    expect(texts(client)).toEqual([]);
  });

  it('shows it as the server has it also when the push of it was lost', async () => {
    const client = await live();
    await chat(client).loadOlder(convoId);
    await chat(client).threads.open(convoId, 1);
    server.faults.push = (event) => (event.type === 'message.create' ? [] : [event]);
    await chat(client).send(convoId, 'mine', { thread: 1 });
    await time.advance(0);
    expect(replies(client)).toEqual(['mine']);
    await time.advance(2_000);
    expect(thread(client).messages).toEqual([server.messages(convoId)[1]]);
    expect(conversation(client).timeline.messages).toEqual(server.messages(convoId));
  });

  it('shows it in another tab, too', async () => {
    const shared = { outboxStore: memoryOutboxStore(), openTab: tabChannels() };
    const tab = () => live(ada, { outboxStore: shared.outboxStore, environment: { tabs: shared.openTab() } });
    const [first, second] = [await tab(), await tab()];
    await chat(second).threads.open(convoId, 1);
    await chat(first).send(convoId, 'from the first tab', { thread: 1 });
    await time.advance(2_000);
    expect(replies(second)).toEqual(['from the first tab']);
    expect(thread(second).messages[0]).toEqual(server.messages(convoId)[1]);
  });
});

describe('passing a message on', () => {
  const elsewhere = `c_${'2'.repeat(26)}`;

  it('shows what it was at once, and what the server says it was', async () => {
    server.addConversation(elsewhere, [ada, grace]);
    const client = await live();
    const source = server.messages(convoId)[0];
    await chat(client).send(elsewhere, '', { forward: source });
    await time.advance(0);
    expect(framesOf('message.send')).toMatchObject([
      { content: '', forward: { convo_id: convoId, seq_no: 1 } },
    ]);
    await time.advance(2_000);
    const { timeline } = chat(client).state.conversations.get(elsewhere) ?? {};
    expect(timeline?.messages).toEqual(server.messages(elsewhere));
    expect(timeline?.messages[0]?.forwarded).toMatchObject({ sender_id: grace, content: 'the root' });
  });

  it('passes on the first one of those that were passed on', async () => {
    const client = await live();
    const forwarded = { sender_id: grace, content: 'first', created_at: '2026-01-01T12:00:00.000Z' };
    const source = server.post(convoId, grace, 'look at this', undefined, { forwarded });
    server.faults.loseFrame = (frame) => frame.action === 'message.send';
    await chat(client).send(convoId, 'look', { forward: source });
    expect(conversation(client).timeline.pending).toMatchObject([{ content: 'look', forwarded }]);
  });

  it('needs no text of its own, and nothing else may go without', async () => {
    const client = await live();
    await expect(chat(client).send(convoId, ' ')).rejects.toBeInstanceOf(RangeError);
    await expect(chat(client).send(convoId, ' ', { thread: 1 })).rejects.toBeInstanceOf(RangeError);
  });
});

describe('unread in a thread', () => {
  it('grows with what others write and ends with reading, on every device', async () => {
    const [client, other] = [await live(), await live()];
    for (const each of [client, other]) await chat(each).threads.open(convoId, 1);
    reply('one');
    reply('two');
    await time.advance(1_000);
    expect([unread(client), unread(other)]).toEqual([2, 2]);
    chat(client).threads.markRead(convoId, 1, 1);
    expect(unread(client)).toBe(1);
    await time.advance(1_000);
    expect([unread(client), unread(other)]).toEqual([1, 1]);
    reply('mine', ada);
    await time.advance(1_000);
    expect([unread(client), unread(other)]).toEqual([0, 0]);
  });

  it('sends at most one mark a second, the highest', async () => {
    const client = await live();
    for (let count = 1; count <= 5; count += 1) reply(String(count));
    await chat(client).threads.open(convoId, 1);
    for (let count = 1; count <= 5; count += 1) {
      chat(client).threads.markRead(convoId, 1, count);
      await time.advance(100);
    }
    await time.advance(5_000);
    expect(framesOf('thread.read').map(({ thread_seq }) => thread_seq)).toEqual([1, 5]);
  });

  it('sends a mark again that was lost with its socket', async () => {
    const client = await live();
    reply('one');
    await chat(client).threads.open(convoId, 1);
    server.faults.loseFrame = (frame) => frame.action === 'thread.read';
    chat(client).threads.markRead(convoId, 1, 1);
    await time.advance(1_000);
    server.faults.loseFrame = () => false;
    for (const socket of server.sockets) socket.drop(1006);
    await time.advance(5_000);
    expect(server.world.conversation(convoId).marksOf(ada).read.get(1)).toBe(1);
  });

  it('is none in any thread when all are read, and counts only what comes after', async () => {
    const client = await live();
    reply('one');
    reply('two');
    await chat(client).threads.open(convoId, 1);
    chat(client).threads.markAllRead(convoId);
    expect(unread(client)).toBe(0);
    await time.advance(1_000);
    expect(framesOf('threads.read')).toMatchObject([{ seq_no: 3 }]);
    reply('three');
    await time.advance(1_000);
    expect(unread(client)).toBe(1);
  });

  it('comes with the sync from where it was read meanwhile', async () => {
    const client = await live();
    reply('one');
    await chat(client).threads.open(convoId, 1);
    await time.advance(1_000);
    expect(unread(client)).toBe(1);
    for (const socket of server.sockets) socket.drop(1006);
    server.world.conversation(convoId).marksOf(ada).read.set(1, 1);
    await time.advance(1_000);
    expect(unread(client)).toBe(0);
  });

  it('is listed with the threads of the conversation', async () => {
    const client = await live();
    reply('one');
    const { threads } = await chat(client).threads.list(convoId);
    expect(threads).toMatchObject([{ root: { seq_no: 1 }, read: 0, unread: 1 }]);
  });
});
