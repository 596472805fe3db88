import { expect, it } from 'vitest';
import type { MessageView, ThreadResponse, ThreadsResponse } from '../../events/http-contracts.ts';
import type { MessageAck } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { newClientMsgId, openGroup, type Person, say, send, wholeHistory } from '../support/people.ts';
import { Replica } from '../support/replica.ts';
import type { TestSocket } from '../support/socket.ts';

async function ask(
  socket: TestSocket,
  frame: { action: string; convo_id: string; [more: string]: unknown },
  client_msg_id = newClientMsgId(),
): Promise<MessageAck> {
  socket.send({ client_msg_id, ...frame });
  return await socket.next('message.ack', (ack) => ack.client_msg_id === client_msg_id);
}

/** Ada and Ben in a group, both connected, and a message of Ada's: `Lunch?`. */
async function withRoot() {
  const [ada, ben] = await people();
  const { convo_id } = await openGroup(ada, [ben]);
  const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
  await say(adaSocket, convo_id, 'Lunch?');
  await benSocket.next('message.create');
  const answer = (socket: TestSocket, content: string, thread = 1) =>
    ask(socket, { action: 'message.send', convo_id, content, thread });
  return { ada, ben, convo_id, adaSocket, benSocket, answer };
}

const threadsOf = async (person: Person, convoId: string, query = '') =>
  bodyOf(await person.call<ThreadsResponse>('GET', `/conversations/${convoId}/threads${query}`));
const threadOf = async (person: Person, convoId: string, seq: number, query = '') =>
  bodyOf(await person.call<ThreadResponse>('GET', `/conversations/${convoId}/threads/${seq}${query}`));
const placesIn = (messages: readonly MessageView[]) => messages.map(({ thread_seq }) => thread_seq);

it('[H1][H2] puts answers into a thread, and tells everybody of them and of their root', async () => {
  const { ada, ben, convo_id, adaSocket, benSocket, answer } = await withRoot();
  expect(await answer(benSocket, 'At one')).toMatchObject({ status: 'persisted', seq_no: 2 });
  const created = await adaSocket.next('message.create', ({ seq_no }) => seq_no === 2);
  expect(created).toMatchObject({ content: 'At one', thread: 1, thread_seq: 1, sender_id: ben.userId });
  const { message: root, ...update } = await adaSocket.next('message.update');
  expect(update).toMatchObject({ prev_rev: 0, rev: 1 });
  expect(root).toMatchObject({
    content: 'Lunch?',
    replies: { count: 1, last_seq: 2, last_at: created.created_at, user_ids: [ben.userId] },
  });

  // To a message of the thread: it is the same thread.
  await answer(adaSocket, 'Fine', 2);
  const { type: _, ...second } = await benSocket.next('message.create', ({ seq_no }) => seq_no === 3);
  expect(second).toMatchObject({ thread: 1, thread_seq: 2 });
  const present = await wholeHistory(ada, convo_id);
  expect(present.map(({ thread }) => thread)).toEqual([undefined, 1, 1]);
  expect(present[0]?.replies).toMatchObject({ count: 2, user_ids: [ben.userId, ada.userId] });
  expect(present[2]).toEqual(second);
});

it('[H3] refuses a thread of what is not there, is deleted, or is none of theirs', async () => {
  const { convo_id, adaSocket, benSocket, answer } = await withRoot();
  const missing = { status: 'rejected', error: { code: 'message.not_found' } };
  expect(await answer(benSocket, 'To nothing', 9)).toMatchObject(missing);
  await ask(adaSocket, { action: 'message.delete', convo_id, seq_no: 1 });
  expect(await answer(benSocket, 'Too late')).toMatchObject(missing);
  const [eve] = await people(1);
  const socket = await connect(eve);
  const client_msg_id = send(socket, { convo_id, content: 'let me in', thread: 1 });
  expect(await socket.next('error', (error) => error.client_msg_id === client_msg_id)).toMatchObject({
    code: 'conversation.not_found',
  });
  for (const path of ['threads', 'threads/1']) {
    const refused = problemOf(await eve.call('GET', `/conversations/${convo_id}/${path}`));
    expect(refused.code).toBe('conversation.not_found');
  }
});

it('[H4] keeps the thread of a deleted root, and the place of a deleted answer', async () => {
  const { ben, convo_id, adaSocket, benSocket, answer } = await withRoot();
  await answer(benSocket, 'At one');
  await answer(benSocket, 'Or at two');
  await ask(benSocket, { action: 'message.delete', convo_id, seq_no: 2 });
  await ask(adaSocket, { action: 'message.delete', convo_id, seq_no: 1 });
  const { root, messages } = await threadOf(ben, convo_id, 1);
  expect(root).toMatchObject({ content: '', deleted_at: expect.any(String), replies: { count: 2 } });
  expect(messages).toMatchObject([
    { content: '', thread: 1, thread_seq: 1, deleted_at: expect.any(String) },
    { content: 'Or at two', thread_seq: 2 },
  ]);
});

it('[H6] lists threads, the newest root first, and pages through one by its own numbers', async () => {
  const { ben, convo_id, adaSocket, benSocket, answer } = await withRoot();
  await say(adaSocket, convo_id, 'Dinner?');
  for (const text of ['one', 'two', 'three']) await answer(benSocket, text, 1);
  await answer(benSocket, 'At eight', 2);
  const list = await threadsOf(ben, convo_id);
  expect(list.threads.map(({ root }) => root.content)).toEqual(['Dinner?', 'Lunch?']);
  expect(await threadsOf(ben, convo_id, '?limit=1')).toMatchObject({ has_more: true });
  const rest = await threadsOf(ben, convo_id, '?limit=1&before_seq=2');
  expect(rest).toMatchObject({ threads: [{ root: { seq_no: 1 } }], has_more: false });

  const newest = await threadOf(ben, convo_id, 1, '?limit=2');
  expect([placesIn(newest.messages), newest.has_more]).toEqual([[2, 3], true]);
  const older = await threadOf(ben, convo_id, 1, '?limit=2&before=2');
  expect([placesIn(older.messages), older.has_more]).toEqual([[1], false]);
  const later = await threadOf(ben, convo_id, 1, '?since=1');
  expect(later.messages.map(({ content }) => content)).toEqual(['two', 'three']);
  expect(problemOf(await ben.call('GET', `/conversations/${convo_id}/threads/99`)).code).toBe(
    'message.not_found',
  );
});

it('[H5] counts what is unread in a thread, tells the own devices of a mark, and syncs it', async () => {
  const { ada, convo_id, adaSocket, benSocket, answer } = await withRoot();
  for (const text of ['one', 'two', 'three']) await answer(benSocket, text);
  await adaSocket.next('message.create', ({ seq_no }) => seq_no === 4);
  expect(await threadOf(ada, convo_id, 1)).toMatchObject({ read: 0, unread: 3 });

  const phone = await connect(ada);
  phone.send({ action: 'thread.read', convo_id, thread: 1, thread_seq: 2 });
  for (const socket of [phone, adaSocket]) {
    expect(await socket.next('thread.read')).toMatchObject({
      user_id: ada.userId,
      thread: 1,
      thread_seq: 2,
    });
  }
  expect(await threadsOf(ada, convo_id)).toMatchObject({ threads: [{ read: 2, unread: 1 }] });
  phone.send({ action: 'thread.read', convo_id, thread: 1, thread_seq: 4 });
  expect(await phone.next('error')).toMatchObject({ code: 'message.seq_out_of_range' });

  phone.send({ action: 'threads.read', convo_id, seq_no: 4 });
  expect(await adaSocket.next('threads.read')).toMatchObject({ seq_no: 4 });
  expect(await threadsOf(ada, convo_id)).toMatchObject({ threads: [{ read: 3, unread: 0 }] });
  await answer(benSocket, 'four');
  expect(await threadsOf(ada, convo_id)).toMatchObject({ threads: [{ read: 3, unread: 1 }] });

  const later = await connect(ada);
  later.send({ action: 'sync', cursors: { [convo_id]: 5 } });
  const { conversations } = await later.next('synced');
  expect(conversations).toMatchObject([{ convo_id, threads: { seq_no: 4, read: { '1': 2 } } }]);
  // Nobody else hears of it, and nobody is told that they have read more than they have.
  expect(benSocket.all('thread.read')).toEqual([]);
  expect(await threadOf(ada, convo_id, 1)).toMatchObject({ read: 3, unread: 1 });
});

it('[H5] counts what one wrote oneself as read, with all before it', async () => {
  const { ada, ben, convo_id, adaSocket, benSocket, answer } = await withRoot();
  await answer(benSocket, 'one');
  await answer(adaSocket, 'two');
  expect(await threadOf(ada, convo_id, 1)).toMatchObject({ read: 2, unread: 0 });
  expect(await threadOf(ben, convo_id, 1)).toMatchObject({ read: 1, unread: 1 });
});

it('[P2] stores an answer once, however often it is sent, under one number of its thread', async () => {
  const { ben, convo_id, benSocket, answer } = await withRoot();
  const id = newClientMsgId();
  const frame = { action: 'message.send', convo_id, content: 'once', thread: 1 };
  const first = await ask(benSocket, frame, id);
  await answer(benSocket, 'between');
  expect(await ask(benSocket, frame, id)).toEqual({ ...first, status: 'duplicate' });
  expect(await ask(benSocket, { ...frame, thread: 3 }, id)).toMatchObject({
    error: { code: 'message.id_reused' },
  });
  const { messages } = await threadOf(ben, convo_id, 1);
  expect(messages.map(({ content, thread_seq }) => [content, thread_seq])).toEqual([
    ['once', 1],
    ['between', 2],
  ]);
});

it('[Y6][Y8] brings whoever was away to the state that a fresh fetch gives, threads included', async () => {
  const { ben, convo_id, adaSocket, benSocket, answer } = await withRoot();
  const client = new Replica();
  for (const event of benSocket.events()) client.take(event);
  await benSocket.close();
  await answer(adaSocket, 'one');
  await say(adaSocket, convo_id, 'Dinner?');
  await answer(adaSocket, 'two');
  await answer(adaSocket, 'three', 3);
  await ask(adaSocket, { action: 'message.delete', convo_id, seq_no: 2 });

  const later = await connect(ben);
  later.send({ action: 'sync', cursors: { [convo_id]: client.cursor() } });
  await later.next('synced');
  client.takeSync(later.events(), convo_id);
  expect(client.messages()).toEqual(await wholeHistory(ben, convo_id));
  expect(client.messages()[0]?.replies).toMatchObject({ count: 2 });
});
