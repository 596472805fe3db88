import { expect, it } from 'vitest';
import type { HistoryResponse } from '../../events/http-contracts.ts';
import { limits } from '../../shared/limits.ts';
import { bodyOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openDirect, openGroup, say, send } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Sends `count` messages without waiting for each, and waits until all are stored. */
async function sayMany(socket: TestSocket, convo_id: string, count: number): Promise<void> {
  const ids = numbers(1, count).map((n) => send(socket, { convo_id, content: `number ${n}` }));
  await socket.until(`${count} acks`, () => {
    const acked = new Set(socket.all('message.ack').map((ack) => ack.client_msg_id));
    return ids.every((id) => acked.has(id));
  });
}

it('[P5][C4][Y1] sends exactly what was missed, in order, to somebody who was away', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const [adaSocket, before] = await Promise.all([connect(ada), connect(ben)]);
  await say(adaSocket, convo_id, 'seen');
  await before.next('message.create');
  await before.close();
  for (const text of ['missed 1', 'missed 2', 'missed 3']) await say(adaSocket, convo_id, text);

  const after = await connect(ben);
  after.send({ action: 'sync', cursors: { [convo_id]: 1 } });
  const { conversations } = await after.next('synced');

  expect(after.all('message.create').map(({ seq_no, content }) => [seq_no, content])).toEqual([
    [2, 'missed 1'],
    [3, 'missed 2'],
    [4, 'missed 3'],
  ]);
  const whole = { rev: 0, sent_rev: 0, limited: false };
  expect(conversations).toEqual([{ convo_id, seq_no: 4, read_seq: 0, sent_seq: 4, ...whole }]);
});

it('[Y1] sends nothing but the marks to somebody who has everything', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const socket = await connect(ada);
  await say(socket, convo_id, 'one');
  await say(socket, convo_id, 'two');

  const other = await connect(ada);
  other.send({ action: 'sync', cursors: { [convo_id]: 2 } });
  const { conversations } = await other.next('synced');

  expect(other.events().map(({ type }) => type)).toEqual(['synced']);
  const whole = { rev: 0, sent_rev: 0, limited: false };
  expect(conversations).toEqual([{ convo_id, seq_no: 2, read_seq: 2, sent_seq: 2, ...whole }]);
});

it('[Y1][Y3] shows conversations that the client does not know, with their messages', async () => {
  const [ada, ben] = await people();
  const socket = await connect(ada);
  const group = await openGroup(ada, [ben], 'founded while Ben was away');
  await say(socket, group.convo_id, 'welcome');

  const fresh = await connect(ben);
  fresh.send({ action: 'sync' });
  await fresh.next('synced');

  expect(fresh.all('conversation.update').map(({ conversation }) => conversation)).toEqual([
    expect.objectContaining({
      convo_id: group.convo_id,
      title: 'founded while Ben was away',
      seq: 1,
      unread: 1,
    }),
  ]);
  expect(fresh.all('message.create').map(({ content }) => content)).toEqual(['welcome']);
});

it('[Y2][Y4] says so when a hole is too large for a sync, and gives the rest over HTTP', async () => {
  const count = limits.syncMessagesPerConversationMax + 30;
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  await sayMany(await connect(ada), convo_id, count);

  const socket = await connect(ben);
  socket.send({ action: 'sync', cursors: { [convo_id]: 0 } });
  const { conversations } = await socket.next('synced');
  const synced = socket.all('message.create').map(({ seq_no }) => seq_no);

  const sent = limits.syncMessagesPerConversationMax;
  expect(conversations).toMatchObject([{ seq_no: count, sent_seq: sent, sent_rev: 0, limited: true }]);
  expect(synced).toEqual(numbers(1, sent));
  const path = `/conversations/${convo_id}/messages?since_seq=${sent}`;
  const rest = bodyOf(await ben.call<HistoryResponse>('GET', path));
  expect(rest.messages.map(({ seq_no }) => seq_no)).toEqual(numbers(sent + 1, count));
  expect(rest).toMatchObject({ has_more: false, last_seq: count });
});

it('[P5] leaves no gap for somebody who comes back while others go on talking', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const adaSocket = await connect(ada);
  await sayMany(adaSocket, convo_id, 10);

  const talking = sayMany(adaSocket, convo_id, 30);
  const socket = await connect(ben);
  socket.send({ action: 'sync', cursors: { [convo_id]: 0 } });
  await Promise.all([talking, socket.next('synced')]);

  const complete = () => new Set(socket.all('message.create').map(({ seq_no }) => seq_no)).size === 40;
  await socket.until('all 40 messages', complete);
});

it('[A2] drops cursors of conversations that are not the caller’s', async () => {
  const [ada, ben, eve] = await people(3);
  const { convo_id } = await openDirect(ada, ben);
  await say(await connect(ada), convo_id, 'a secret');

  const socket = await connect(eve);
  socket.send({ action: 'sync', cursors: { [convo_id]: 0 } });

  expect(await socket.next('synced')).toEqual({ type: 'synced', conversations: [] });
  expect(socket.frames.join()).not.toContain('a secret');
});
