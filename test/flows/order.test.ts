import { expect, it } from 'vitest';
import { connect, people } from '../support/cloud.ts';
import { openGroup, send, wholeHistory } from '../support/people.ts';

it('gives 200 messages of ten senders the numbers 1 to 200, in one order for everybody', async () => {
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
