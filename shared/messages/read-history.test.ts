import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aNewMessage,
  anna,
  ben,
  convoId,
  membershipsOf,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryMessageStore } from '../../test/support/in-memory-message-store.ts';
import { limits } from '../limits.ts';
import { type HistoryRange, readHistory } from './read-history.ts';

const team = convoId('team');

async function setup(count: number) {
  const conversations = inMemoryConversationStore();
  const messages = inMemoryMessageStore(conversations);
  const conversation = aConversation();
  conversations.put(conversation, membershipsOf(conversation, [anna, ben]));
  const batch = Array.from({ length: count }, (_, index) => aNewMessage({ seq: index + 1 }));
  if (count > 0) await messages.commit(conversation, batch);
  const read = async (range: HistoryRange = {}, userId = anna, id = team) => {
    const page = await readHistory(userId, id, range, { conversations, messages });
    return { seqs: page.messages.map(({ seq_no }) => seq_no), last: page.last_seq, more: page.has_more };
  };
  return { conversations, messages, read };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('readHistory', () => {
  it('[Y4] gives the newest page, ascending, when no bound is named', async () => {
    const { read } = await setup(60);
    expect(await read()).toEqual({ seqs: upTo(11, 60), last: 60, more: true });
    expect(limits.historyPageDefault).toBe(50);
  });

  it('[Y4] pages to later messages from since_seq, which is not included', async () => {
    const { read } = await setup(5);
    expect(await read({ since_seq: 2, limit: 2 })).toEqual({ seqs: [3, 4], last: 5, more: true });
    expect(await read({ since_seq: 4, limit: 2 })).toEqual({ seqs: [5], last: 5, more: false });
    expect(await read({ since_seq: 5 })).toEqual({ seqs: [], last: 5, more: false });
    expect(await read({ since_seq: 99 })).toEqual({ seqs: [], last: 5, more: false });
  });

  it('[Y4] pages to earlier messages from before_seq, which is not included', async () => {
    const { read } = await setup(5);
    expect(await read({ before_seq: 4, limit: 2 })).toEqual({ seqs: [2, 3], last: 5, more: true });
    expect(await read({ before_seq: 2, limit: 2 })).toEqual({ seqs: [1], last: 5, more: false });
    expect(await read({ before_seq: 1 })).toEqual({ seqs: [], last: 5, more: false });
    expect(await read({ before_seq: 0 })).toEqual({ seqs: [], last: 5, more: false });
    expect(await read({ before_seq: 99, limit: 2 })).toEqual({ seqs: [4, 5], last: 5, more: true });
  });

  it.each([
    { around_seq: 5, limit: 4, seqs: [3, 4, 5, 6], more: true },
    { around_seq: 5, limit: 5, seqs: [3, 4, 5, 6, 7], more: true },
    { around_seq: 5, limit: 1, seqs: [5], more: true },
    { around_seq: 1, limit: 4, seqs: [1, 2, 3, 4], more: true },
    { around_seq: 10, limit: 4, seqs: [7, 8, 9, 10], more: true },
    { around_seq: 5, limit: 50, seqs: upTo(1, 10), more: false },
    { around_seq: 0, limit: 2, seqs: [1, 2], more: true },
    { around_seq: 99, limit: 2, seqs: [9, 10], more: true },
  ])('[Y4] opens in the middle: a page of $limit around $around_seq', async ({ seqs, more, ...range }) => {
    const { read } = await setup(10);
    expect(await read(range)).toEqual({ seqs, last: 10, more });
  });

  it('is empty before the first message', async () => {
    const { read } = await setup(0);
    for (const range of [{}, { since_seq: 0 }, { before_seq: 9 }, { around_seq: 3 }]) {
      expect(await read(range)).toEqual({ seqs: [], last: 0, more: false });
    }
  });

  it('[P5] is complete by since_seq and by before_seq, whatever the page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 25 }),
        fc.integer({ min: 1, max: 9 }),
        async (count, limit) => {
          const { read } = await setup(count);
          const forward: number[] = [];
          for (let more = true; more; ) {
            const page = await read({ since_seq: forward.at(-1) ?? 0, limit });
            forward.push(...page.seqs);
            more = page.more;
          }
          const backward: number[] = [];
          for (let more = true; more; ) {
            const page = await read({ before_seq: backward[0] ?? count + 1, limit });
            backward.unshift(...page.seqs);
            more = page.more;
          }
          expect([forward, backward]).toEqual([upTo(1, count), upTo(1, count)]);
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  });

  it.each([
    { since_seq: 1, before_seq: 3 },
    { since_seq: 1, around_seq: 2 },
    { before_seq: 3, around_seq: 2 },
  ])('refuses two bounds at once: %j', async (range) => {
    const { read } = await setup(3);
    await expect(read(range)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('[A2] answers for a foreign conversation as for a missing one', async () => {
    const { read } = await setup(3);
    const refusal = { code: 'conversation.not_found', message: 'No such conversation' };
    await expect(read({}, stranger)).rejects.toMatchObject(refusal);
    await expect(read({}, anna, convoId('nowhere'))).rejects.toMatchObject(refusal);
  });

  it('shows a message as it was pushed', async () => {
    const { conversations, messages } = await setup(1);
    const page = await readHistory(anna, team, {}, { conversations, messages });
    expect(page.messages).toEqual([
      {
        convo_id: team,
        server_msg_id: 'm_00000000000000000000000001',
        seq_no: 1,
        sender_id: anna,
        client_msg_id: 'client-1',
        content: 'text 1',
        created_at: '2026-03-01T12:00:00.000Z',
      },
    ]);
  });
});
