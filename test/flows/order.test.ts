import { expect, it } from 'vitest';
import { connect, people } from '../support/cloud.ts';
import { openDirect, openGroup, send, wholeHistory } from '../support/people.ts';

it('[P3][P4] gives 200 messages of ten senders the numbers 1 to 200, in one order for everybody', async () => {
  const everybody = await people(10);
  const [owner, ...others] = everybody;
  if (!owner) throw new Error('nobody there');
  const { convo_id } = await openGroup(owner, others, 'the crowd');
  const sockets = await Promise.all(everybody.map(connect));

  for (let turn = 0; turn < 20; turn += 1) {
    for (const [index, socket] of sockets.entries()) send(socket, { convo_id, content: `${index}.${turn}` });
  }
  await Promise.all(
    sockets.map((socket) =>
      socket.until('200 messages and 20 acks', () => {
        return socket.all('message.create').length >= 200 && socket.all('message.ack').length >= 20;
      }),
    ),
  );

  const history = await wholeHistory(owner, convo_id);
  expect(history.map(({ seq_no }) => seq_no)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(new Set(history.map(({ content }) => content)).size).toBe(200);
  const order = new Map(history.map(({ seq_no, server_msg_id }) => [seq_no, server_msg_id]));
  for (const socket of sockets) {
    const seen = new Map(socket.all('message.create').map((event) => [event.seq_no, event.server_msg_id]));
    expect(new Map([...seen].sort(([a], [b]) => a - b))).toEqual(order);
    const acked = socket.all('message.ack').map((ack) => ack.status === 'persisted' && order.get(ack.seq_no));
    expect(acked).toEqual(
      socket.all('message.ack').map((ack) => 'server_msg_id' in ack && ack.server_msg_id),
    );
  }
});

it('[P6] keeps the order of numbered messages that are sent without waiting', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const socket = await connect(ada);
  const texts = Array.from({ length: 30 }, (_, index) => `number ${index + 1}`);

  for (const [index, content] of texts.entries()) send(socket, { convo_id, content, client_seq: index + 1 });
  await socket.until('30 acks', () => socket.all('message.ack').length === 30);

  expect((await wholeHistory(ben, convo_id)).map(({ content }) => content)).toEqual(texts);
});
