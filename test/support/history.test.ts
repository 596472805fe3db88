import { expect, it } from 'vitest';
import type { MessageView } from '../../events/http-contracts.ts';
import type { MessageAck, MessageCreate, ServerEvent } from '../../events/server-frames.ts';
import { type Evidence, violations } from './history.ts';
import type { TestSocket } from './socket.ts';

const convoId = 'c_1';
const aMessage = (seq: number, more: Partial<MessageView> = {}): MessageView => ({
  convo_id: convoId,
  server_msg_id: `m_${seq}`,
  seq_no: seq,
  sender_id: 'u_1',
  client_msg_id: `id${seq}`,
  content: `text ${seq}`,
  created_at: '2026-03-12T19:03:58.000Z',
  ...more,
});
const anAck = (message: MessageView): MessageAck => {
  const { convo_id, client_msg_id, server_msg_id, seq_no, created_at } = message;
  const place = { convo_id, client_msg_id, server_msg_id, seq_no, created_at };
  return { type: 'message.ack', status: 'persisted', ...place };
};
const aPush = (message: MessageView): MessageCreate => ({ type: 'message.create', ...message });

/** What `violations` reads of a socket. */
const aDevice = (...events: ServerEvent[]) =>
  ({ all: (type: string) => events.filter((event) => event.type === type) }) as TestSocket;

const stored = [aMessage(1), aMessage(2)];
const sent = new Map(stored.map(({ client_msg_id, content }) => [client_msg_id, content]));
const check = (evidence: Partial<Evidence>) =>
  violations(convoId, { sent, devices: [], readings: [stored, stored], ...evidence });

it('finds nothing wrong with what is right', () => {
  const device = aDevice(...stored.map(anAck), ...stored.map(aPush));

  expect(check({ devices: [device] })).toEqual([]);
});

it.each<[string, Partial<Evidence>]>([
  ['a gap', { readings: [[aMessage(1), aMessage(3)]] }],
  ['a number that is used twice', { readings: [[aMessage(1), aMessage(1)]] }],
  ['readers who disagree', { readings: [stored, [aMessage(1)]] }],
  ['a message that nobody sent', { sent: new Map([['id1', 'text 1']]) }],
  ['another text', { sent: new Map([...sent, ['id2', 'changed']]) }],
  ['a message that is stored twice', { readings: [[...stored, aMessage(3, { client_msg_id: 'id2' })]] }],
  ['an ack of what is not stored', { devices: [aDevice(anAck(aMessage(3)))] }],
  ['an ack with the place of another', { devices: [aDevice(anAck(aMessage(2, { seq_no: 1 })))] }],
  ['a push that says something else', { devices: [aDevice(aPush(aMessage(2, { content: 'changed' })))] }],
])('finds %s', (_, evidence) => {
  expect(check(evidence)).not.toEqual([]);
});
