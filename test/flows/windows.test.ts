import { expect, it } from 'vitest';
import type {
  ChangesResponse,
  ConversationsResponse,
  HistoryResponse,
  MessageView,
} from '../../events/http-contracts.ts';
import type { ConversationView } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { newClientMsgId, openGroup, type Person, say, wholeHistory } from '../support/people.ts';
import { factsOf, Replica } from '../support/replica.ts';
import type { TestSocket } from '../support/socket.ts';

async function get<T>(person: Person, path: string): Promise<T> {
  return bodyOf(await person.call<T>('GET', path));
}
const textsOf = (messages: readonly MessageView[]) => messages.map(({ content }) => content);
const viewOf = (person: Person, convoId: string) =>
  get<ConversationView>(person, `/conversations/${convoId}`);

/** Sends a change and waits until it is stored. */
async function change(socket: TestSocket, frame: object): Promise<void> {
  const client_msg_id = newClientMsgId();
  socket.send({ ...frame, client_msg_id });
  const ack = await socket.next('message.ack', (one) => one.client_msg_id === client_msg_id);
  expect(ack.status).toBe('persisted');
}

async function add(owner: Person, convoId: string, person: Person): Promise<void> {
  const path = `/conversations/${convoId}/members/${person.userId}`;
  bodyOf(await owner.call('PUT', path, { body: {} }), 201);
}

async function leave(person: Person, convoId: string): Promise<void> {
  bodyOf(await person.call('POST', `/conversations/${convoId}/leave`), 204);
}

/** A group of Ada's, with Ben in it, in which something was said. */
async function groupOfTwo() {
  const [ada, ben] = await people();
  const { convo_id } = await openGroup(ada, [ben]);
  const socket = await connect(ada);
  for (const text of ['one', 'two', 'three']) await say(socket, convo_id, text);
  return { ada, ben, convo_id, socket };
}

it('[V2][K5] shows newcomers what comes after them, where the conversation is set so', async () => {
  const { ada, convo_id, socket } = await groupOfTwo();
  await change(socket, { action: 'message.pin', convo_id, seq_no: 1 });
  bodyOf(await ada.call('PATCH', `/conversations/${convo_id}`, { body: { history: 'joined' } }));
  const [cleo] = await people(1);
  await add(ada, convo_id, cleo);
  await say(socket, convo_id, 'welcome');

  const view = await viewOf(cleo, convo_id);
  expect(view).toMatchObject({ from_seq: 4, read_seq: 4, seq: 6, state: 'member' });
  const messages = await wholeHistory(cleo, convo_id);
  expect(messages.map(({ seq_no, content, system }) => [seq_no, system?.code ?? content])).toEqual([
    [5, 'member.added'],
    [6, 'welcome'],
  ]);
  const around = await get<HistoryResponse>(cleo, `/conversations/${convo_id}/messages?around_seq=1&limit=1`);
  expect(around).toMatchObject({ messages: [{ seq_no: 5 }], has_more: true });
  expect(await get(cleo, `/conversations/${convo_id}/pins`)).toEqual({ messages: [] });
  expect(await get(cleo, `/conversations/${convo_id}/changes?since_rev=0`)).toEqual({
    messages: [],
    rev: 1,
    last_rev: 1,
    has_more: false,
  });
  const versions = await cleo.call('GET', `/conversations/${convo_id}/messages/2/versions`);
  expect(problemOf(versions).code).toBe('message.not_found');
});

it('[V3][V4] leaves whoever left what was there then, in the words of then, and nothing else', async () => {
  const { ada, ben, convo_id, socket } = await groupOfTwo();
  await change(socket, { action: 'message.edit', convo_id, seq_no: 2, content: 'two, better' });
  await leave(ben, convo_id);
  const then = await wholeHistory(ben, convo_id);
  await say(socket, convo_id, 'now that Ben is gone');
  await change(socket, { action: 'message.edit', convo_id, seq_no: 2, content: 'about Ben' });
  await change(socket, { action: 'message.delete', convo_id, seq_no: 3 });
  await change(socket, { action: 'reaction.add', convo_id, seq_no: 1, emoji: '🎈' });
  bodyOf(await ada.call('PATCH', `/conversations/${convo_id}`, { body: { title: 'without Ben' } }));

  expect(textsOf(then)).toEqual(['one', 'two, better', 'three', '']);
  expect(then[3]?.system).toMatchObject({ code: 'member.left', params: { user_id: ben.userId } });
  const history = await wholeHistory(ben, convo_id);
  expect(textsOf(history)).toEqual(['one', 'two, better', '', '']);
  expect(history[0]).not.toHaveProperty('reactions');
  expect(history[2]).toHaveProperty('deleted_at');

  const newest = await get<HistoryResponse>(ben, `/conversations/${convo_id}/messages?limit=2`);
  expect(newest).toMatchObject({ last_seq: 4, has_more: true });
  const changes = await get<ChangesResponse>(ben, `/conversations/${convo_id}/changes?since_rev=0`);
  expect(changes).toMatchObject({ messages: [{ seq_no: 2, content: 'two, better' }], last_rev: 1 });
  const { versions } = await get<{ versions: { content: string }[] }>(
    ben,
    `/conversations/${convo_id}/messages/2/versions`,
  );
  expect(versions.map(({ content }) => content)).toEqual(['two', 'two, better']);
  const beyond = await ben.call('GET', `/conversations/${convo_id}/messages/5/versions`);
  expect(problemOf(beyond).code).toBe('message.not_found');

  const view = await viewOf(ben, convo_id);
  const masked = { state: 'left', title: 'a group', seq: 4, rev: 1, members: [], member_count: 0 };
  expect(view).toMatchObject({ ...masked, capabilities: [], last_message: null });
  expect((await get<ConversationsResponse>(ben, '/conversations')).conversations).toEqual([]);
});

it('[V8] lists what somebody has left, and what they are in, apart', async () => {
  const { ada, ben, convo_id } = await groupOfTwo();
  const { convo_id: stays } = await openGroup(ada, [ben]);
  const listed = async (query = '') =>
    (await get<ConversationsResponse>(ben, `/conversations${query}`)).conversations.map((one) => [
      one.convo_id,
      one.state,
    ]);
  expect(await listed('?membership=former')).toEqual([]);
  await leave(ben, convo_id);
  expect(await listed('?membership=former')).toEqual([[convo_id, 'left']]);
  expect(await listed()).toEqual([[stays, 'member']]);
  const nonsense = await ben.call('GET', '/conversations?membership=all');
  expect(problemOf(nonsense).code).toBe('request.invalid');
});

it('[V3] lets whoever left do nothing there, and tells others nothing of them', async () => {
  const { ben, convo_id } = await groupOfTwo();
  await leave(ben, convo_id);
  const socket = await connect(ben);
  for (const frame of [
    { action: 'message.send', content: 'still here' },
    { action: 'message.edit', seq_no: 1, content: 'x' },
    { action: 'message.delete', seq_no: 1 },
    { action: 'reaction.add', seq_no: 1, emoji: '🎈' },
  ]) {
    const client_msg_id = newClientMsgId();
    socket.send({ ...frame, convo_id, client_msg_id });
    const error = await socket.next('error', (one) => one.client_msg_id === client_msg_id);
    expect(error.code).toBe('conversation.not_found');
  }
  const receipts = await ben.call('GET', `/conversations/${convo_id}/receipts`);
  expect(problemOf(receipts).code).toBe('conversation.not_found');
});

it('[V5] tells a client that was away that its person was removed, and what came until then', async () => {
  const { ada, ben, convo_id, socket } = await groupOfTwo();
  const client = new Replica();
  client.takeView(await viewOf(ben, convo_id));
  for (const message of (await wholeHistory(ben, convo_id)).slice(0, 2)) client.put(message);
  await say(socket, convo_id, 'four');
  bodyOf(await ada.call('DELETE', `/conversations/${convo_id}/members/${ben.userId}`), 204);
  await say(socket, convo_id, 'a secret');

  const later = await connect(ben);
  later.send({ action: 'sync', cursors: client.cursors(convo_id) });
  await later.next('synced');
  client.takeSync(later.events(), convo_id);
  expect(client.facts).toEqual(factsOf(await viewOf(ben, convo_id)));
  expect(client.facts?.state).toBe('removed');
  expect(client.messages()).toEqual(await wholeHistory(ben, convo_id));
  expect(client.messages().map(({ seq_no }) => seq_no)).toEqual([1, 2, 3, 4, 5]);
  expect(later.frames.join()).not.toContain('a secret');

  const again = await connect(ben);
  again.send({ action: 'sync', cursors: client.cursors(convo_id) });
  await again.next('synced');
  expect(again.events().map(({ type }) => type)).toEqual(['synced']);
});

it('[V2][V5] begins anew with whoever comes back', async () => {
  const { ada, ben, convo_id, socket } = await groupOfTwo();
  const client = new Replica();
  client.takeView(await viewOf(ben, convo_id));
  for (const message of await wholeHistory(ben, convo_id)) client.put(message);
  bodyOf(await ada.call('PATCH', `/conversations/${convo_id}`, { body: { history: 'joined' } }));
  await leave(ben, convo_id);
  await say(socket, convo_id, 'while Ben was away');
  await add(ada, convo_id, ben);
  await say(socket, convo_id, 'good to have you back');

  const later = await connect(ben);
  later.send({ action: 'sync', cursors: client.cursors(convo_id) });
  await later.next('synced');
  client.takeSync(later.events(), convo_id);
  expect(client.facts).toEqual(factsOf(await viewOf(ben, convo_id)));
  expect(client.facts).toMatchObject({ state: 'member', from_seq: 6 });
  expect(client.messages()).toEqual(await wholeHistory(ben, convo_id));
  expect(textsOf(client.messages())).toEqual(['', 'good to have you back']);
  expect(later.frames.join()).not.toContain('while Ben was away');
});

it('[V7] tells a client that was away what the conversation is called now', async () => {
  const { ada, ben, convo_id } = await groupOfTwo();
  const client = new Replica();
  client.takeView(await viewOf(ben, convo_id));
  for (const message of await wholeHistory(ben, convo_id)) client.put(message);
  const body = { title: 'Another name', topic: 'boats' };
  bodyOf(await ada.call('PATCH', `/conversations/${convo_id}`, { body }));

  const later = await connect(ben);
  later.send({ action: 'sync', cursors: client.cursors(convo_id) });
  await later.next('synced');
  client.takeSync(later.events(), convo_id);
  expect(client.facts).toMatchObject(body);
  expect(client.facts).toEqual(factsOf(await viewOf(ben, convo_id)));
});
