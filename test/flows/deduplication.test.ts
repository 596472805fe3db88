import { expect, it } from 'vitest';
import { connect, people } from '../support/cloud.ts';
import { newClientMsgId, openDirect, openGroup, say, send, wholeHistory } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';

/** Waits for `count` acks of this id on one socket. */
async function acksOf(socket: TestSocket, id: string, count: number) {
  return await socket.until(`${count} acks of ${id}`, () => {
    const acks = socket.all('message.ack').filter((ack) => ack.client_msg_id === id);
    return acks.length >= count && acks;
  });
}

async function twoInTouch() {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  return { ada, ben, convo_id };
}

it('[P2][S4] makes one message of a frame that is sent twice at once, and acknowledges both with its place', async () => {
  const { ada, ben, convo_id } = await twoInTouch();
  const socket = await connect(ada);
  const client_msg_id = newClientMsgId();

  send(socket, { convo_id, content: 'once only', client_msg_id });
  send(socket, { convo_id, content: 'once only', client_msg_id });
  const acks = await acksOf(socket, client_msg_id, 2);

  expect(acks.map(({ status }) => status).sort()).toEqual(['duplicate', 'persisted']);
  for (const ack of acks) expect(ack).toMatchObject({ seq_no: 1 });
  expect(await wholeHistory(ben, convo_id)).toHaveLength(1);
});

it('[P2] makes one message of one id that two devices of a sender send at the same time', async () => {
  const { ada, ben, convo_id } = await twoInTouch();
  const devices = await Promise.all([connect(ada), connect(ada)]);
  const client_msg_id = newClientMsgId();

  for (const device of devices) send(device, { convo_id, content: 'from both', client_msg_id });
  const acks = (await Promise.all(devices.map((device) => acksOf(device, client_msg_id, 1)))).flat();

  expect(acks.map(({ status }) => status).sort()).toEqual(['duplicate', 'persisted']);
  expect(new Set(acks.map((ack) => 'server_msg_id' in ack && ack.server_msg_id)).size).toBe(1);
  expect(await wholeHistory(ben, convo_id)).toHaveLength(1);
});

it('[P2][S4] acknowledges a late retry as a duplicate with the place of the first, and shows it to nobody again', async () => {
  const { ada, ben, convo_id } = await twoInTouch();
  const [first, benSocket] = await Promise.all([connect(ada), connect(ben)]);
  const stored = await say(first, convo_id, 'did it arrive?');
  await say(first, convo_id, 'another one');
  await first.close();

  const later = await connect(ada);
  send(later, { convo_id, content: 'did it arrive?', client_msg_id: stored.client_msg_id });
  const [ack] = await acksOf(later, stored.client_msg_id, 1);
  expect(ack).toEqual({ ...stored, status: 'duplicate' });

  await say(later, convo_id, 'the last');
  await benSocket.next('message.create', ({ content }) => content === 'the last');
  expect(benSocket.all('message.create').map(({ seq_no }) => seq_no)).toEqual([1, 2, 3]);
});

it('[S7] lets another person use the same id for a message of their own', async () => {
  const { ada, ben, convo_id } = await twoInTouch();
  const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
  const client_msg_id = newClientMsgId();

  send(adaSocket, { convo_id, content: 'from Ada', client_msg_id });
  send(benSocket, { convo_id, content: 'from Ben', client_msg_id });
  const acks = [
    ...(await acksOf(adaSocket, client_msg_id, 1)),
    ...(await acksOf(benSocket, client_msg_id, 1)),
  ];

  expect(acks.map(({ status }) => status)).toEqual(['persisted', 'persisted']);
  const history = await wholeHistory(ada, convo_id);
  expect(history.map(({ content }) => content).sort()).toEqual(['from Ada', 'from Ben']);
});

it('[S7] lets one sender use the same id in two conversations', async () => {
  const { ada, ben, convo_id } = await twoInTouch();
  const group = await openGroup(ada, [ben]);
  const socket = await connect(ada);
  const client_msg_id = newClientMsgId();

  send(socket, { convo_id, content: 'here', client_msg_id });
  send(socket, { convo_id: group.convo_id, content: 'there', client_msg_id });
  const acks = await acksOf(socket, client_msg_id, 2);

  expect(acks.map(({ status }) => status)).toEqual(['persisted', 'persisted']);
  expect(new Set(acks.map((ack) => ack.convo_id)).size).toBe(2);
});

it('[S5] rejects another text under an id that was used, and keeps the first', async () => {
  const { ada, ben, convo_id } = await twoInTouch();
  const socket = await connect(ada);
  const stored = await say(socket, convo_id, 'the first text');

  send(socket, { convo_id, content: 'another text', client_msg_id: stored.client_msg_id });
  const ack = await socket.next('message.ack', ({ status }) => status === 'rejected');

  expect(ack).toMatchObject({
    client_msg_id: stored.client_msg_id,
    convo_id,
    error: { code: 'message.id_reused' },
  });
  expect((await wholeHistory(ben, convo_id)).map(({ content }) => content)).toEqual(['the first text']);
});
