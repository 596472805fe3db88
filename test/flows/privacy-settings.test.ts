import { expect, it } from 'vitest';
import type { ReceiptsResponse } from '../../events/http-contracts.ts';
import type { Me } from '../../events/user-contracts.ts';
import { bodyOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openGroup, type Person, say } from '../support/people.ts';

const setPrivacy = async (person: Person, privacy: Partial<Me['privacy']>) =>
  bodyOf(await person.call<Me>('PATCH', '/me', { body: { privacy } })).privacy;
const seenBy = async (person: Person, convoId: string) => {
  const answer = await person.call<ReceiptsResponse>('GET', `/conversations/${convoId}/receipts`);
  return bodyOf(answer).receipts.map(({ user_id }) => user_id);
};

async function group() {
  const [ada, ben, cleo] = await people(3);
  const [adaSocket, benSocket, cleoSocket] = await Promise.all([connect(ada), connect(ben), connect(cleo)]);
  const { convo_id } = await openGroup(ada, [ben, cleo]);
  for (const text of ['one', 'two', 'three']) await say(adaSocket, convo_id, text);
  return { ada, ben, cleo, adaSocket, benSocket, cleoSocket, convo_id };
}

it('[U9] keeps what is set, each setting for itself', async () => {
  const [ada] = await people(1);
  expect(await setPrivacy(ada, { typing: false })).toEqual({
    read_receipts: true,
    typing: false,
    presence: true,
  });
  await Promise.all([setPrivacy(ada, { presence: false }), setPrivacy(ada, { read_receipts: false })]);
  const hidden = { read_receipts: false, typing: false, presence: false };
  expect(bodyOf(await ada.call<Me>('GET', '/me')).privacy).toEqual(hidden);
  expect(await setPrivacy(ada, { typing: true })).toEqual({ ...hidden, typing: true });
});

it('[U9] lets somebody read without telling, and tells them of nobody else', async () => {
  const { ada, ben, cleo, adaSocket, benSocket, cleoSocket, convo_id } = await group();
  const other = await connect(ben);
  await setPrivacy(ben, { read_receipts: false });

  benSocket.send({ action: 'message.read', convo_id, seq_no: 2 });
  for (const device of [benSocket, other])
    await device.next('message.read', ({ user_id, seq_no }) => user_id === ben.userId && seq_no === 2);
  cleoSocket.send({ action: 'message.read', convo_id, seq_no: 3 });
  await adaSocket.next('message.read', ({ user_id, seq_no }) => user_id === cleo.userId && seq_no === 3);

  benSocket.send({ action: 'ping' });
  await benSocket.next('pong');
  expect(adaSocket.all('message.read').filter(({ user_id }) => user_id === ben.userId)).toEqual([]);
  expect(benSocket.all('message.read').filter(({ user_id }) => user_id !== ben.userId)).toEqual([]);
  expect(await seenBy(ada, convo_id)).toEqual([ada.userId, cleo.userId].sort());
  expect(await seenBy(ben, convo_id)).toEqual([ben.userId]);
});

it('[U9] tells again from the moment that it is set so', async () => {
  const { ada, ben, adaSocket, benSocket, cleoSocket, cleo, convo_id } = await group();
  await setPrivacy(ben, { read_receipts: false });
  await setPrivacy(ben, { read_receipts: true });
  benSocket.send({ action: 'message.read', convo_id, seq_no: 1 });
  await adaSocket.next('message.read', ({ user_id }) => user_id === ben.userId);
  cleoSocket.send({ action: 'message.delivered', convo_id, seq_no: 3 });
  await benSocket.next('message.delivery', ({ user_id }) => user_id === cleo.userId);
  expect(await seenBy(ben, convo_id)).toContain(ada.userId);
});

it('[T4] lets somebody type without telling', async () => {
  const { ben, cleo, adaSocket, benSocket, cleoSocket, convo_id } = await group();
  await setPrivacy(ben, { typing: false });
  benSocket.send({ action: 'typing.start', convo_id });
  benSocket.send({ action: 'ping' });
  await benSocket.next('pong');
  cleoSocket.send({ action: 'typing.start', convo_id });
  await adaSocket.next('typing.start', ({ user_id }) => user_id === cleo.userId);
  expect(adaSocket.all('typing.start').filter(({ user_id }) => user_id === ben.userId)).toEqual([]);
  expect(benSocket.all('error')).toEqual([]);
});
