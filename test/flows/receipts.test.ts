/** How far everybody has got, and who is typing: over the wire alone. */
import { expect, it } from 'vitest';
import type { ConversationView } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openDirect, openGroup, type Person, say } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';

interface Receipts {
  readonly receipts: { user_id: string; read_seq: number; delivered_seq: number }[];
}

const viewOf = async (person: Person, convoId: string) => {
  const { seq, read_seq, unread } = bodyOf(
    await person.call<ConversationView>('GET', `/conversations/${convoId}`),
  );
  return { seq, read_seq, unread };
};

const receiptOf = async (caller: Person, convoId: string, of: Person) => {
  const { receipts } = bodyOf(await caller.call<Receipts>('GET', `/conversations/${convoId}/receipts`));
  const found = receipts.find(({ user_id }) => user_id === of.userId);
  return found && { read: found.read_seq, delivered: found.delivered_seq };
};

async function threeUnread() {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const adaSocket = await connect(ada);
  for (const text of ['one', 'two', 'three']) await say(adaSocket, convo_id, text);
  return { ada, ben, convo_id, adaSocket };
}

/** Everything that was on its way to a connection before this has arrived when it resolves. */
async function answered(socket: TestSocket): Promise<void> {
  socket.send({ action: 'ping' });
  await socket.next('pong');
}

it('[U5] tells the sender how far the messages have got, and keeps the highest', async () => {
  const { ada, ben, convo_id, adaSocket } = await threeUnread();
  const benSocket = await connect(ben);

  benSocket.send({ action: 'message.delivered', convo_id, seq_no: 2 });

  expect(await adaSocket.next('message.delivery')).toMatchObject({
    convo_id,
    user_id: ben.userId,
    seq_no: 2,
  });
  await benSocket.next('message.delivery');
  benSocket.send({ action: 'message.delivered', convo_id, seq_no: 1 });
  expect(await benSocket.next('message.delivery')).toMatchObject({ seq_no: 2 });
  expect(await receiptOf(ada, convo_id, ben)).toEqual({ read: 0, delivered: 2 });
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 3, read_seq: 0, unread: 3 });
});

it('[U5] takes what was read, or sent, for delivered', async () => {
  const { ada, ben, convo_id, adaSocket } = await threeUnread();
  const benSocket = await connect(ben);

  benSocket.send({ action: 'message.read', convo_id, seq_no: 3 });
  await adaSocket.next('message.read');

  expect(await receiptOf(ben, convo_id, ben)).toEqual({ read: 3, delivered: 3 });
  expect(await receiptOf(ben, convo_id, ada)).toEqual({ read: 3, delivered: 3 });
});

it('[U5] ends at the highest of marks that arrive all at once, on several devices', async () => {
  const { ada, ben, convo_id, adaSocket } = await threeUnread();
  const devices = await Promise.all([connect(ben), connect(ben)]);

  for (const seq_no of [2, 3, 1])
    for (const device of devices) device.send({ action: 'message.delivered', convo_id, seq_no });
  await adaSocket.next('message.delivery', ({ seq_no }) => seq_no === 3);

  expect(await receiptOf(ada, convo_id, ben)).toEqual({ read: 0, delivered: 3 });
});

it("[U6] puts a mark back on all the reader's devices, until they read on, and for nobody else", async () => {
  const { ada, ben, convo_id, adaSocket } = await threeUnread();
  const [phone, laptop] = await Promise.all([connect(ben), connect(ben)]);
  phone.send({ action: 'message.read', convo_id, seq_no: 3 });
  await Promise.all([phone, laptop, adaSocket].map((socket) => socket.next('message.read')));

  phone.send({ action: 'message.unread', convo_id, seq_no: 1 });
  for (const device of [phone, laptop]) {
    expect(await device.next('message.unread')).toMatchObject({
      convo_id,
      user_id: ben.userId,
      seq_no: 1,
    });
  }
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 3, read_seq: 1, unread: 2 });
  expect(await receiptOf(ada, convo_id, ben)).toEqual({ read: 3, delivered: 3 });

  await say(laptop, convo_id, 'four');
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 4, read_seq: 1, unread: 3 });

  laptop.send({ action: 'message.read', convo_id, seq_no: 4 });
  expect(await phone.next('message.read')).toMatchObject({ seq_no: 4 });
  expect(await viewOf(ben, convo_id)).toEqual({ seq: 4, read_seq: 4, unread: 0 });
  await answered(adaSocket);
  expect(adaSocket.all('message.unread')).toEqual([]);
});

it('[U3] refuses a number beyond the last message, delivered or unread', async () => {
  const { ben, convo_id } = await threeUnread();
  const socket = await connect(ben);

  for (const action of ['message.delivered', 'message.unread']) {
    socket.send({ action, convo_id, seq_no: 4 });
    expect(await socket.next('error')).toMatchObject({ code: 'message.seq_out_of_range', convo_id });
  }
});

it('[A2] shows nothing of a foreign conversation, and takes nothing for it', async () => {
  const { convo_id, adaSocket } = await threeUnread();
  const [eve] = await people(1);
  const socket = await connect(eve);

  for (const action of ['message.delivered', 'message.unread', 'typing.start', 'typing.stop']) {
    socket.send({ action, convo_id, seq_no: 1 });
    expect(await socket.next('error')).toMatchObject({ code: 'conversation.not_found', convo_id });
  }
  const refused = await eve.call('GET', `/conversations/${convo_id}/receipts`);
  expect(problemOf(refused)).toMatchObject({ status: 404, code: 'conversation.not_found' });
  await answered(adaSocket);
  expect(adaSocket.all('typing.start')).toEqual([]);
});

it('[T1] shows the others who types, on all their devices, and not the one who does', async () => {
  const [ada, ben, cleo] = await people(3);
  const { convo_id } = await openGroup(ada, [ben, cleo]);
  const [adaSocket, phone, laptop, cleoSocket] = await Promise.all([
    connect(ada),
    connect(ben),
    connect(ben),
    connect(cleo),
  ]);

  adaSocket.send({ action: 'typing.start', convo_id });
  for (const socket of [phone, laptop, cleoSocket]) {
    expect(await socket.next('typing.start')).toEqual({
      type: 'typing.start',
      convo_id,
      user_id: ada.userId,
      expires_in_ms: 6_000,
    });
  }
  adaSocket.send({ action: 'typing.stop', convo_id });
  for (const socket of [phone, laptop, cleoSocket]) {
    expect(await socket.next('typing.stop')).toMatchObject({ convo_id, user_id: ada.userId });
  }
  await answered(adaSocket);
  expect([...adaSocket.all('typing.start'), ...adaSocket.all('typing.stop')]).toEqual([]);
});

it('[T2] tells who types too fast to wait', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const socket = await connect(ada);

  for (let frames = 0; frames < 30; frames += 1) socket.send({ action: 'typing.start', convo_id });

  expect(await socket.next('error')).toMatchObject({
    code: 'rate_limited',
    convo_id,
    retry_after_ms: expect.any(Number),
  });
});
