import { beforeAll, expect, it } from 'vitest';
import type { HistoryResponse } from '../../events/http-contracts.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { people } from '../support/cloud.ts';
import { openDirect, type Person, send } from '../support/people.ts';

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

let ada: Person;
let convoId: string;

beforeAll(async () => {
  const [first, second] = await people();
  ada = first;
  convoId = (await openDirect(first, second)).convo_id;
  const socket = await ada.connect();
  for (const n of numbers(1, 25)) send(socket, { convo_id: convoId, content: `number ${n}` });
  await socket.until('25 acks', () => socket.all('message.ack').length === 25);
  await socket.close();
});

async function page(query: string) {
  const answer = await ada.call<HistoryResponse>('GET', `/conversations/${convoId}/messages${query}`);
  const { messages, last_seq, has_more } = bodyOf(answer);
  return { seqs: messages.map(({ seq_no }) => seq_no), last_seq, has_more };
}

it.each([
  ['the newest page', '', { seqs: numbers(1, 25), has_more: false }],
  ['a short newest page', '?limit=10', { seqs: numbers(16, 25), has_more: true }],
  ['the page before a message', '?before_seq=16&limit=10', { seqs: numbers(6, 15), has_more: true }],
  ['the oldest page', '?before_seq=6&limit=10', { seqs: numbers(1, 5), has_more: false }],
  ['before the first', '?before_seq=1', { seqs: [], has_more: false }],
  ['the page after a message', '?since_seq=5&limit=10', { seqs: numbers(6, 15), has_more: true }],
  ['the last page forward', '?since_seq=20&limit=10', { seqs: numbers(21, 25), has_more: false }],
  ['exactly to the end', '?since_seq=15&limit=10', { seqs: numbers(16, 25), has_more: false }],
  ['after the last', '?since_seq=25', { seqs: [], has_more: false }],
  ['far beyond the last', '?since_seq=999999', { seqs: [], has_more: false }],
  ['more than a page may have', '?limit=100000', { seqs: numbers(1, 25), has_more: false }],
])('[Y4] reads %s', async (_, query, expected) => {
  expect(await page(query)).toEqual({ ...expected, last_seq: 25 });
});

it.each([
  '?limit=0',
  '?limit=-1',
  '?limit=ten',
  '?since_seq=-1',
  '?since_seq=1.5',
  '?before_seq=x',
  '?since_seq=1&before_seq=9',
])('refuses %s', async (query) => {
  const answer = await ada.call('GET', `/conversations/${convoId}/messages${query}`);
  expect(problemOf(answer)).toMatchObject({ status: 400, code: 'request.invalid' });
});
