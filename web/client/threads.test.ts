import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfabClient } from './confab-client.ts';
import { memoryOutboxStore } from './outbox-store.ts';
import { problem } from './testing/fake-answer.ts';
import { Scene } from './testing/scene.ts';
import { ada, chat, conversation, convoId, grace, tabChannels, texts } from './testing/test-client.ts';
import { unreadInThread } from './thread-state.ts';
import { threadRows } from './timeline-rows.ts';

let scene: Scene;

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
  scene.server.post(convoId, by, content, undefined, { thread: 1 });
}

beforeEach(() => {
  scene = new Scene();
  scene.server.post(convoId, grace, 'the root');
});

describe('an open thread', () => {
  it('grows as replies come, and its root tells of them in the conversation, which does not show them', async () => {
    const client = await scene.live();
    await chat(client).loadOlder(convoId);
    await chat(client).threads.open(convoId, 1);
    expect(replies(client)).toEqual([]);
    reply('one');
    scene.server.post(convoId, ada, 'beside it');
    reply('two');
    await scene.advance(1_000);
    expect(replies(client)).toEqual(['one', 'two']);
    expect(texts(client)).toEqual(['the root', 'beside it']);
    expect(conversation(client).timeline.messages[0]?.replies).toMatchObject({ count: 2, user_ids: [grace] });
    expect(thread(client).root.replies?.count).toBe(2);
    expect(scene.requests('/threads/')).toHaveLength(1);
  });

  it('begins with its end and pages back by its own numbers', async () => {
    for (let count = 1; count <= 120; count += 1) reply(String(count));
    const client = await scene.live();
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
    const client = await scene.live();
    const opened = chat(client).threads.open(convoId, 1);
    reply('two');
    await scene.advance(2_000);
    await opened;
    expect(replies(client)).toEqual(['one', 'two']);
    expect(thread(client).root.replies?.count).toBe(2);
  });

  it('shows what its messages say by now', async () => {
    reply('helo');
    const client = await scene.live();
    await chat(client).threads.open(convoId, 1);
    const change = { convo_id: convoId, client_msg_id: 'e', seq_no: 2, content: 'hello' };
    scene.server.change(grace, { action: 'message.edit', ...change });
    await scene.advance(1_000);
    expect(replies(client)).toEqual(['hello']);
    await chat(client).change(convoId, 2, { kind: 'react', emoji: '👍' });
    await scene.advance(1_000);
    expect(thread(client).messages[0]?.reactions).toMatchObject([{ emoji: '👍', count: 1 }]);
  });

  it('fills its holes although nothing of the conversation is loaded', async () => {
    const client = await scene.live();
    await chat(client).threads.open(convoId, 1);
    scene.losesAllBut('synced', 'pong');
    reply('one');
    scene.deliversPushes();
    reply('two');
    await scene.advance(2_000);
    expect(replies(client)).toEqual(['one', 'two']);
  });

  it('is complete again after an absence', async () => {
    const client = await scene.live();
    await chat(client).threads.open(convoId, 1);
    reply('one');
    await scene.advance(20_000);
    for (const socket of scene.server.sockets) socket.drop(1006);
    for (let count = 2; count <= 150; count += 1) reply(String(count));
    await scene.advance(5_000);
    expect(replies(client)).toHaveLength(150);
    expect(replies(client).at(-1)).toBe('150');
  });

  it('asks for its own pages where the conversation has nothing loaded that could miss them, until they come', async () => {
    const client = await scene.live();
    await chat(client).threads.open(convoId, 1);
    scene.server.faults.answerRequest = (route) =>
      route.includes('/threads/') ? problem(503, 'unavailable') : undefined;
    scene.server.faults.syncMessagesMax = 0;
    await scene.advance(20_000);
    for (const socket of scene.server.sockets) socket.drop(1006);
    for (let count = 1; count <= 250; count += 1) reply(String(count));
    await scene.advance(2_000);
    expect(replies(client)).toEqual([]);
    expect(thread(client).root.replies?.count).toBe(250);
    scene.server.faults.answerRequest = undefined;
    await scene.advance(20_000);
    expect(replies(client)).toEqual(Array.from({ length: 250 }, (_, index) => String(index + 1)));
    expect(texts(client)).toEqual([]);
  });

  it('is forgotten when nobody looks at it any more', async () => {
    const client = await scene.live();
    await chat(client).threads.open(convoId, 1);
    chat(client).threads.close(convoId, 1);
    expect(conversation(client).threads.size).toBe(0);
  });
});

describe('writing in a thread', () => {
  it('shows the reply there at once, and once', async () => {
    const client = await scene.live();
    await chat(client).threads.open(convoId, 1);
    const shown = new Set<string>();
    client.subscribe(() => shown.add(replies(client).join()));
    await chat(client).send(convoId, 'mine', { thread: 1 });
    await scene.advance(2_000);
    expect([...shown].filter((text) => text !== '')).toEqual(['mine?', 'mine']);
    expect(scene.framesOf('message.send')).toMatchObject([{ thread: 1, content: 'mine' }]);
    expect(thread(client).messages[0]).toEqual(scene.server.messages(convoId)[1]);
    expect(texts(client)).toEqual([]);
  });

  it('shows it as the server has it also when the push of it was lost', async () => {
    const client = await scene.live();
    await chat(client).loadOlder(convoId);
    await chat(client).threads.open(convoId, 1);
    scene.server.faults.push = (event) => (event.type === 'message.create' ? [] : [event]);
    await chat(client).send(convoId, 'mine', { thread: 1 });
    await scene.advance(0);
    expect(replies(client)).toEqual(['mine']);
    await scene.advance(2_000);
    expect(thread(client).messages).toEqual([scene.server.messages(convoId)[1]]);
    expect(conversation(client).timeline.messages).toEqual(scene.server.messages(convoId));
  });

  it('shows it in another tab, too', async () => {
    const shared = { outboxStore: memoryOutboxStore(), openTab: tabChannels() };
    const tab = () =>
      scene.live(ada, { outboxStore: shared.outboxStore, environment: { tabs: shared.openTab() } });
    const [first, second] = [await tab(), await tab()];
    await chat(second).threads.open(convoId, 1);
    await chat(first).send(convoId, 'from the first tab', { thread: 1 });
    await scene.advance(2_000);
    expect(replies(second)).toEqual(['from the first tab']);
    expect(thread(second).messages[0]).toEqual(scene.server.messages(convoId)[1]);
  });
});

describe('unread in a thread', () => {
  it('grows with what others write and ends with reading, on every device', async () => {
    const [client, other] = [await scene.live(), await scene.live()];
    for (const each of [client, other]) await chat(each).threads.open(convoId, 1);
    reply('one');
    reply('two');
    await scene.advance(1_000);
    expect([unread(client), unread(other)]).toEqual([2, 2]);
    chat(client).threads.markRead(convoId, 1, 1);
    expect(unread(client)).toBe(1);
    await scene.advance(1_000);
    expect([unread(client), unread(other)]).toEqual([1, 1]);
    reply('mine', ada);
    await scene.advance(1_000);
    expect([unread(client), unread(other)]).toEqual([0, 0]);
  });

  it('sends at most one mark a second, the highest', async () => {
    const client = await scene.live();
    for (let count = 1; count <= 5; count += 1) reply(String(count));
    await chat(client).threads.open(convoId, 1);
    for (let count = 1; count <= 5; count += 1) {
      chat(client).threads.markRead(convoId, 1, count);
      await scene.advance(100);
    }
    await scene.advance(5_000);
    expect(scene.framesOf('thread.read').map(({ thread_seq }) => thread_seq)).toEqual([1, 5]);
  });

  it('sends a mark again that was lost with its socket', async () => {
    const client = await scene.live();
    reply('one');
    await chat(client).threads.open(convoId, 1);
    scene.server.faults.loseFrame = (frame) => frame.action === 'thread.read';
    chat(client).threads.markRead(convoId, 1, 1);
    await scene.advance(1_000);
    scene.server.faults.loseFrame = () => false;
    for (const socket of scene.server.sockets) socket.drop(1006);
    await scene.advance(5_000);
    expect(scene.server.world.conversation(convoId).marksOf(ada).read.get(1)).toBe(1);
  });

  it('is none in any thread when all are read, and counts only what comes after', async () => {
    const client = await scene.live();
    reply('one');
    reply('two');
    await chat(client).threads.open(convoId, 1);
    chat(client).threads.markAllRead(convoId);
    expect(unread(client)).toBe(0);
    await scene.advance(1_000);
    expect(scene.framesOf('threads.read')).toMatchObject([{ seq_no: 3 }]);
    reply('three');
    await scene.advance(1_000);
    expect(unread(client)).toBe(1);
  });

  it('comes with the sync from where it was read meanwhile', async () => {
    const client = await scene.live();
    reply('one');
    await chat(client).threads.open(convoId, 1);
    await scene.advance(1_000);
    expect(unread(client)).toBe(1);
    for (const socket of scene.server.sockets) socket.drop(1006);
    scene.server.world.conversation(convoId).marksOf(ada).read.set(1, 1);
    await scene.advance(1_000);
    expect(unread(client)).toBe(0);
  });

  it('is listed with the threads of the conversation', async () => {
    const client = await scene.live();
    reply('one');
    const { threads } = await chat(client).threads.list(convoId);
    expect(threads).toMatchObject([{ root: { seq_no: 1 }, read: 0, unread: 1 }]);
  });
});
