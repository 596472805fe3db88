import { expect, it } from 'vitest';
import type { ConversationView } from '../../events/server-frames.ts';
import { bodyOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openDirect, type Person, say } from '../support/people.ts';

const viewOf = async (person: Person, convoId: string) => {
  const { seq, read_seq, unread } = bodyOf(
    await person.call<ConversationView>('GET', `/conversations/${convoId}`),
  );
  return { seq, read_seq, unread };
};

async function threeUnread() {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const adaSocket = await connect(ada);
  for (const text of ['one', 'two', 'three']) await say(adaSocket, convo_id, text);
  return { ada, ben, convo_id, adaSocket };
}

it('[U2] counts what others sent as unread, and never what one sent oneself', async () => {
  const { ada, ben, convo_id } = await threeUnread();

  expect(await viewOf(ada, convo_id)).toEqual({ seq: 3, read_seq: 3, unread: 0 });
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 3, read_seq: 0, unread: 3 });
});

it('[U4] tells the other devices of the reader, and the sender, how far somebody has read', async () => {
  const { ben, convo_id, adaSocket } = await threeUnread();
  const [phone, laptop] = await Promise.all([connect(ben), connect(ben)]);

  phone.send({ action: 'message.read', convo_id, seq_no: 2 });

  for (const socket of [phone, laptop, adaSocket]) {
    expect(await socket.next('message.read')).toMatchObject({ convo_id, user_id: ben.userId, seq_no: 2 });
  }
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 3, read_seq: 2, unread: 1 });
});

it('[U1] only ever raises a read mark', async () => {
  const { ben, convo_id } = await threeUnread();
  const socket = await connect(ben);

  socket.send({ action: 'message.read', convo_id, seq_no: 3 });
  await socket.next('message.read', ({ seq_no }) => seq_no === 3);
  socket.send({ action: 'message.read', convo_id, seq_no: 1 });
  const repeated = await socket.next('message.read');

  expect(repeated.seq_no).toBe(3);
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 3, read_seq: 3, unread: 0 });
});

it('[U1] keeps the highest of marks that arrive all at once', async () => {
  const { ben, convo_id } = await threeUnread();
  const sockets = await Promise.all([connect(ben), connect(ben)]);

  for (const seq_no of [2, 3, 1])
    for (const socket of sockets) socket.send({ action: 'message.read', convo_id, seq_no });
  for (const socket of sockets) await socket.next('message.read', ({ seq_no }) => seq_no === 3);

  expect(await viewOf(ben, convo_id)).toEqual({ seq: 3, read_seq: 3, unread: 0 });
});

it('[U3] refuses a mark beyond the last message', async () => {
  const { ben, convo_id } = await threeUnread();
  const socket = await connect(ben);

  socket.send({ action: 'message.read', convo_id, seq_no: 4 });

  expect(await socket.next('error')).toMatchObject({ code: 'message.seq_out_of_range', convo_id });
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 3, read_seq: 0, unread: 3 });
});

it('[U2] takes an answer for reading what came before it', async () => {
  const { ada, ben, convo_id } = await threeUnread();

  await say(await connect(ben), convo_id, 'four');

  expect(await viewOf(ben, convo_id)).toEqual({ seq: 4, read_seq: 4, unread: 0 });
  expect(await viewOf(ada, convo_id)).toEqual({ seq: 4, read_seq: 3, unread: 1 });
});
