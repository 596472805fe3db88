import { expect, it } from 'vitest';
import type { ChangesResponse, HistoryResponse, MessageView } from '../../events/http-contracts.ts';
import type { MessageAck } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import {
  newClientMsgId,
  openDirect,
  openGroup,
  type Person,
  say,
  send,
  wholeHistory,
} from '../support/people.ts';
import { Replica } from '../support/replica.ts';
import type { TestSocket } from '../support/socket.ts';

/** Asks for a change and waits for what became of it. */
async function ask(
  socket: TestSocket,
  frame: { action: string; convo_id: string; seq_no: number; [more: string]: unknown },
  client_msg_id = newClientMsgId(),
): Promise<MessageAck> {
  socket.send({ client_msg_id, ...frame });
  return await socket.next('message.ack', (ack) => ack.client_msg_id === client_msg_id);
}

const stateOf = async (socket: TestSocket, rev: number) =>
  (await socket.next('message.update', (update) => update.rev === rev)).message;

/** Ada and Ben in a direct conversation, and a message of Ada's; both are connected. */
async function twoInTouch() {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
  const stored = await say(adaSocket, convo_id, 'see you at 9?');
  await benSocket.next('message.create');
  return { ada, ben, convo_id, adaSocket, benSocket, stored, target: { convo_id, seq_no: stored.seq_no } };
}

async function pages<T>(person: Person, path: string): Promise<T> {
  return bodyOf(await person.call<T>('GET', path));
}

it('[M1][M8] shows an edit to everybody, acknowledges it with its change number, and keeps what was said', async () => {
  const { ada, ben, target, adaSocket, benSocket, stored } = await twoInTouch();
  const ack = await ask(adaSocket, { action: 'message.edit', ...target, content: 'see you at 10?' });
  expect(ack).toMatchObject({
    status: 'persisted',
    seq_no: 1,
    rev: 1,
    server_msg_id: stored.server_msg_id,
  });

  const update = await benSocket.next('message.update');
  expect(update).toMatchObject({
    convo_id: target.convo_id,
    prev_rev: 0,
    rev: 1,
    message: { seq_no: 1, sender_id: ada.userId, content: 'see you at 10?', rev: 1 },
  });
  expect(update.message.edited_at).toEqual(expect.any(String));
  expect(await stateOf(adaSocket, 1)).toEqual(update.message);
  expect(await wholeHistory(ben, target.convo_id)).toEqual([update.message]);

  const path = `/conversations/${target.convo_id}/messages/1/versions`;
  const { versions } = await pages<{ versions: { content: string }[] }>(ben, path);
  expect(versions.map(({ content }) => content)).toEqual(['see you at 9?', 'see you at 10?']);
});

it('[M3][M4] counts the reactions of both, each once, and takes them back', async () => {
  const { ada, ben, target, adaSocket, benSocket } = await twoInTouch();
  const thumb = { ...target, emoji: '👍🏽' };
  await ask(adaSocket, { action: 'reaction.add', ...thumb });
  await ask(benSocket, { action: 'reaction.add', ...thumb });
  expect(await ask(benSocket, { action: 'reaction.add', ...thumb })).toMatchObject({
    status: 'persisted',
    rev: 2,
  });
  expect((await stateOf(benSocket, 2)).reactions).toEqual([
    { emoji: '👍🏽', count: 2, user_ids: [ada.userId, ben.userId] },
  ]);

  await ask(adaSocket, { action: 'reaction.remove', ...thumb });
  expect((await stateOf(benSocket, 3)).reactions).toEqual([
    { emoji: '👍🏽', count: 1, user_ids: [ben.userId] },
  ]);
});

it('[M3][M6] deletes for everybody, and leaves nothing but the place', async () => {
  const { ben, target, adaSocket, benSocket, stored } = await twoInTouch();
  await ask(adaSocket, { action: 'message.edit', ...target, content: 'a second thought' });
  await ask(benSocket, { action: 'reaction.add', ...target, emoji: '👀' });
  await ask(benSocket, { action: 'message.pin', ...target });
  const refused = await ask(benSocket, { action: 'message.delete', ...target });
  expect(refused).toMatchObject({ status: 'rejected', error: { code: 'message.forbidden' } });

  expect(await ask(adaSocket, { action: 'message.delete', ...target })).toMatchObject({ rev: 4 });
  const left = await stateOf(benSocket, 4);
  expect(Object.keys(left).toSorted()).toEqual(
    [
      'client_msg_id',
      'content',
      'convo_id',
      'created_at',
      'deleted_at',
      'rev',
      'sender_id',
      'seq_no',
      'server_msg_id',
    ].toSorted(),
  );
  expect(left).toMatchObject({ seq_no: 1, server_msg_id: stored.server_msg_id, content: '' });
  expect(await wholeHistory(ben, target.convo_id)).toEqual([left]);
  const base = `/conversations/${target.convo_id}`;
  expect(await pages(ben, `${base}/pins`)).toEqual({ messages: [] });
  expect(problemOf(await ben.call('GET', `${base}/messages/1/versions`)).code).toBe('message.not_found');
  const late = await ask(benSocket, { action: 'reaction.add', ...target, emoji: '👀' });
  expect(late).toMatchObject({ status: 'rejected', error: { code: 'message.not_found' } });
});

it('[M7] pins in the order of pinning, and takes a pin off again', async () => {
  const { ben, convo_id, adaSocket, benSocket } = await twoInTouch();
  await say(adaSocket, convo_id, 'the address');
  const pin = (seq_no: number) => ask(benSocket, { action: 'message.pin', convo_id, seq_no });
  await pin(2);
  await pin(1);
  const pinned = async () => {
    const { messages } = await pages<{ messages: MessageView[] }>(ben, `/conversations/${convo_id}/pins`);
    return messages.map(({ seq_no }) => seq_no);
  };
  expect(await pinned()).toEqual([2, 1]);
  await ask(adaSocket, { action: 'message.unpin', convo_id, seq_no: 2 });
  expect(await pinned()).toEqual([1]);
  expect(await stateOf(adaSocket, 3)).not.toHaveProperty('pinned');
});

it('[S9] carries replies and mentions, and rejects those of nobody and nothing', async () => {
  const { ada, ben, convo_id, adaSocket, benSocket } = await twoInTouch();
  const reply = { convo_id, content: '@ada: at 9', reply_to: 1, mentions: [ada.userId] };
  send(benSocket, reply);
  const { content, reply_to, mentions } = await adaSocket.next(
    'message.create',
    ({ seq_no }) => seq_no === 2,
  );
  expect({ convo_id, content, reply_to, mentions }).toEqual(reply);
  expect((await wholeHistory(ben, convo_id))[1]).toMatchObject({ reply_to: 1, mentions: [ada.userId] });

  const [stranger] = await people(1);
  for (const [more, code] of [
    [{ reply_to: 9 }, 'message.not_found'],
    [{ mentions: [stranger.userId] }, 'message.mention_invalid'],
  ] as const) {
    const id = send(benSocket, { convo_id, content: 'x', ...more });
    const ack = await benSocket.next('message.ack', ({ client_msg_id }) => client_msg_id === id);
    expect(ack).toMatchObject({ status: 'rejected', error: { code } });
  }
  expect(await wholeHistory(ada, convo_id)).toHaveLength(2);
});

it('[M3] lets in a group its owner delete and pin what others wrote, and edits only who wrote it', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openGroup(ada, [ben]);
  const [owner, member] = await Promise.all([connect(ada), connect(ben)]);
  await say(owner, convo_id, 'from the owner');
  await say(member, convo_id, 'from the member');
  const forbidden = { status: 'rejected', error: { code: 'message.forbidden' } };

  expect(await ask(member, { action: 'message.delete', convo_id, seq_no: 1 })).toMatchObject(forbidden);
  expect(await ask(member, { action: 'message.pin', convo_id, seq_no: 2 })).toMatchObject(forbidden);
  const edit = { action: 'message.edit', convo_id, content: 'put into their mouth' };
  expect(await ask(member, { ...edit, seq_no: 1 })).toMatchObject(forbidden);
  expect(await ask(owner, { ...edit, seq_no: 2 })).toMatchObject(forbidden);
  expect(await ask(owner, { action: 'message.pin', convo_id, seq_no: 2 })).toMatchObject({ rev: 1 });
  expect(await ask(owner, { action: 'message.delete', convo_id, seq_no: 2 })).toMatchObject({ rev: 2 });
  const texts = (await wholeHistory(ben, convo_id)).map(({ content }) => content);
  expect(texts).toEqual(['from the owner', '']);
});

it('[P2][M1] gives a retry with the same client_msg_id one effect, and another change under it none', async () => {
  const { ben, target, adaSocket, benSocket } = await twoInTouch();
  const id = newClientMsgId();
  const edit = { action: 'message.edit', ...target, content: 'once' };
  const first = await ask(adaSocket, edit, id);
  expect(first).toMatchObject({ status: 'persisted', rev: 1 });
  await ask(adaSocket, { ...edit, content: 'and then' });

  expect(await ask(adaSocket, edit, id)).toEqual({ ...first, status: 'duplicate' });
  expect(await ask(adaSocket, { ...edit, content: 'another' }, id)).toMatchObject({
    status: 'rejected',
    error: { code: 'message.id_reused' },
  });
  await ask(adaSocket, { action: 'reaction.add', ...target, emoji: '👍' });
  await benSocket.next('message.update', ({ rev }) => rev === 3);
  expect(benSocket.all('message.update').map(({ rev }) => rev)).toEqual([1, 2, 3]);
  expect(await wholeHistory(ben, target.convo_id)).toMatchObject([{ content: 'and then', rev: 3 }]);
});

it('[A2] refuses changes in a foreign conversation, and reads of them', async () => {
  const { target, convo_id, ada } = await twoInTouch();
  const [eve] = await people(1);
  const socket = await connect(eve);
  for (const more of [
    { action: 'message.edit', content: 'x' },
    { action: 'message.delete' },
    { action: 'reaction.add', emoji: '👍' },
    { action: 'reaction.remove', emoji: '👍' },
    { action: 'message.pin' },
    { action: 'message.unpin' },
  ]) {
    const client_msg_id = newClientMsgId();
    socket.send({ ...more, ...target, client_msg_id });
    const error = await socket.next('error', (one) => one.client_msg_id === client_msg_id);
    expect(error).toMatchObject({ code: 'conversation.not_found', convo_id });
  }
  for (const path of ['changes?since_rev=0', 'pins', 'messages/1/versions', 'receipts']) {
    const answer = await eve.call('GET', `/conversations/${convo_id}/${path}`);
    expect(problemOf(answer).code).toBe('conversation.not_found');
  }
  const body = { client_msg_id: newClientMsgId(), content: 'let me in' };
  const posted = await eve.call('POST', `/conversations/${convo_id}/messages`, { body });
  expect(problemOf(posted).code).toBe('conversation.not_found');
  expect(await wholeHistory(ada, convo_id)).toMatchObject([{ content: 'see you at 9?' }]);
});

it('[P5][Y6] sends what changed while somebody was away, and nothing of it twice', async () => {
  const { ben, convo_id, adaSocket, benSocket } = await twoInTouch();
  const client = new Replica();
  for (const event of benSocket.events()) client.take(event);
  await benSocket.close();
  for (const text of ['two', 'three']) await say(adaSocket, convo_id, text);
  await ask(adaSocket, { action: 'message.edit', convo_id, seq_no: 1, content: 'at 10' });
  await ask(adaSocket, { action: 'reaction.add', convo_id, seq_no: 3, emoji: '🎈' });
  await ask(adaSocket, { action: 'message.pin', convo_id, seq_no: 1 });

  const later = await connect(ben);
  later.send({ action: 'sync', cursors: { [convo_id]: client.cursor() } });
  const { conversations } = await later.next('synced');
  expect(conversations).toEqual([
    { convo_id, seq_no: 3, read_seq: 0, sent_seq: 3, rev: 3, sent_rev: 3, limited: false },
  ]);
  expect(later.all('message.update')).toMatchObject([
    { prev_rev: 0, rev: 3, message: { seq_no: 1, content: 'at 10', pinned: true, rev: 3 } },
  ]);
  client.takeSync(later.events(), convo_id);
  expect(client.messages()).toEqual(await wholeHistory(ben, convo_id));

  const again = await connect(ben);
  again.send({ action: 'sync', cursors: { [convo_id]: client.cursor() } });
  await again.next('synced');
  expect(again.events().map(({ type }) => type)).toEqual(['synced']);
});

it('[Y7] gives the same over HTTP, page by page', async () => {
  const { ben, convo_id, adaSocket } = await twoInTouch();
  const client = new Replica();
  for (const message of await wholeHistory(ben, convo_id)) client.put(message);
  await say(adaSocket, convo_id, 'two');
  for (const content of ['a', 'b', 'c']) {
    await ask(adaSocket, { action: 'message.edit', convo_id, seq_no: 1, content });
  }
  await ask(adaSocket, { action: 'message.delete', convo_id, seq_no: 2 });
  for (let more = true; more; ) {
    const path = `/conversations/${convo_id}/changes?since_rev=${client.rev}&limit=2`;
    const page = await pages<ChangesResponse>(ben, path);
    for (const message of page.messages) client.put(message);
    client.advance(page.rev);
    more = page.has_more;
  }
  expect(client.rev).toBe(4);
  expect(client.messages()).toEqual(await wholeHistory(ben, convo_id));
});

it('[S10] takes a message over HTTP once, however often it is posted, and shows it to everybody', async () => {
  const { ada, ben, convo_id, adaSocket, benSocket } = await twoInTouch();
  const body = { client_msg_id: newClientMsgId(), content: 'the build is green', reply_to: 1 };
  const post = () => ada.call('POST', `/conversations/${convo_id}/messages`, { body });
  expect(bodyOf(await post(), 202)).toEqual({ status: 'accepted', client_msg_id: body.client_msg_id });
  bodyOf(await post(), 202);

  for (const socket of [adaSocket, benSocket]) {
    expect(await socket.next('message.create', ({ seq_no }) => seq_no === 2)).toMatchObject({
      ...body,
      sender_id: ada.userId,
    });
  }
  await say(adaSocket, convo_id, 'after it');
  expect(await wholeHistory(ben, convo_id)).toHaveLength(3);
});

it('[Y4] opens history around a message', async () => {
  const { ben, convo_id, adaSocket } = await twoInTouch();
  for (const text of ['two', 'three', 'four', 'five']) await say(adaSocket, convo_id, text);
  const path = `/conversations/${convo_id}/messages?around_seq=3&limit=3`;
  const page = await pages<HistoryResponse>(ben, path);
  expect(page.messages.map(({ content }) => content)).toEqual(['two', 'three', 'four']);
  expect(page).toMatchObject({ last_seq: 5, has_more: true });
});
