import { describe, expect, it } from 'vitest';
import { aMessage, anna, ben, startMs } from '../../test/support/builders.ts';
import type { Leaving } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';
import { asOf, asSeenIn, textsAsOf } from './as-of.ts';
import type { FormerText, Message } from './message.ts';

const at = (minute: number) => new Date(startMs + minute * 60_000).toISOString();
/** After the fifth change, in the fifth minute. */
const leaving: Leaving = { state: 'left', seq: 9, rev: 5, version: 2, at: at(5), title: 'Team' };
const was = (content: string, minute: number, until: number): FormerText => ({
  content,
  createdAt: at(minute),
  until,
});
const edited = (rev: number, message: Partial<Message> = {}) =>
  aMessage({ content: 'now', editedAt: at(rev), rev, ...message });

describe('asOf', () => {
  it('[V4] shows what did not change since as it is', () => {
    for (const message of [
      aMessage({ reactions: [{ emoji: '👍', userIds: [ben] }], rev: 5, pinned: true }),
      edited(4),
      aMessage(),
    ])
      expect(asOf(message, leaving, [was('before', 0, 3)])).toBe(message);
  });

  it('[V4] gives the text of then to what was edited since', () => {
    const former = [was('first', 0, 3), was('second', 3, 7), was('third', 7, 8)];
    expect(asOf(edited(8), leaving, former)).toEqual(
      aMessage({ content: 'second', editedAt: at(3), rev: leaving.rev }),
    );
  });

  it('[V4] shows no edit of a message that was edited only since', () => {
    expect(asOf(edited(6), leaving, [was('first', 0, 6)])).toEqual(
      aMessage({ content: 'first', rev: leaving.rev }),
    );
  });

  it('[V4] knows the text of then by change numbers, whatever the clocks say', () => {
    const late = [was('first', 0, 3), { content: 'second', createdAt: at(99), until: 7 }];
    expect(asOf(edited(7), leaving, late)).toMatchObject({ content: 'second' });
    const early = [was('first', 0, 6), was('secret', 2, 9)];
    expect(asOf(edited(9), leaving, early)).toMatchObject({ content: 'first' });
  });

  it('[V4] leaves out reactions, pin, thread and mentions that may have come later', () => {
    const message = edited(8, {
      reactions: [{ emoji: '👍', userIds: [ben] }],
      pinned: true,
      replies: { count: 2, lastSeq: 8, lastAt: at(8), userIds: [ben], places: [2] },
      mentions: [anna],
      replyTo: 3,
    });
    expect(asOf(message, leaving, [was('first', 0, 7)])).toEqual(
      aMessage({ content: 'first', rev: leaving.rev, replyTo: 3 }),
    );
  });

  it('[V4] keeps what no edit can have brought', () => {
    const message = aMessage({
      rev: 8,
      mentions: [ben],
      thread: 1,
      threadSeq: 2,
      forwarded: { senderId: ben, content: 'said elsewhere', createdAt: at(0) },
      reactions: [{ emoji: '👍', userIds: [ben] }],
    });
    const { reactions: _, ...rest } = message;
    expect(asOf(message, leaving, [])).toEqual({ ...rest, rev: leaving.rev });
  });

  it('[V4] shows of what was deleted since only that it was', () => {
    const deleted = aMessage({ content: '', deletedAt: at(9), rev: 9, thread: 1, threadSeq: 4 });
    expect(asOf(deleted, leaving, [])).toEqual({ ...deleted, rev: leaving.rev });
  });

  it('[V4] is empty where the text of then is no longer kept, and only there', () => {
    const full = (firstMinute: number) =>
      Array.from({ length: limits.versionsMax }, (_, index) =>
        was(`edit ${index}`, firstMinute + index, firstMinute + index + 1),
      );
    expect(asOf(edited(20), leaving, full(6))).toEqual(aMessage({ content: '', rev: leaving.rev }));
    expect(textsAsOf(edited(20), leaving, full(6))).toEqual([]);
    expect(asOf(edited(20), leaving, full(5))).toMatchObject({ content: 'edit 0' });
  });

  it('[V4] has no change number where nothing had changed yet', () => {
    expect(asOf(edited(1), { ...leaving, rev: 0 }, [was('first', 0, 1)])).toEqual(
      aMessage({ content: 'first' }),
    );
  });
});

describe('asSeenIn', () => {
  const window = { from: 0, to: 9, rev: 5, asOf: leaving };
  const store = (texts: readonly FormerText[], present?: Message) => {
    const reads: number[] = [];
    return {
      reads,
      async versions(_: string, seq: number) {
        reads.push(seq);
        return [...texts];
      },
      many: async () => (present ? [present] : []),
    };
  };

  it('costs a member no read, and somebody who left one for each message that was edited and changed since', async () => {
    const messages = [aMessage({ seq: 1 }), edited(4, { seq: 2 }), edited(6, { seq: 3 })];
    const { reads, ...texts } = store([was('first', 0, 6)]);
    expect(await asSeenIn({ from: 0, to: 9, rev: 9 }, messages, texts)).toBe(messages);
    expect(reads).toEqual([]);
    const seen = await asSeenIn(window, messages, texts);
    expect(seen.map(({ content }) => content)).toEqual(['text 1', 'now', 'first']);
    expect(reads).toEqual([3]);
  });

  it('shows nothing of a message that is deleted between the two reads', async () => {
    const deleted = aMessage({ content: '', deletedAt: at(9), rev: 9 });
    const seen = await asSeenIn(window, [edited(8, { content: 'secret' })], store([], deleted));
    expect(seen).toEqual([{ ...deleted, rev: leaving.rev }]);
  });

  it('keeps the text of a message whose mentions alone were edited', async () => {
    const message = edited(8, { content: 'same as ever' });
    const seen = await asSeenIn(window, [message], store([], message));
    expect(seen).toMatchObject([{ content: 'same as ever', rev: leaving.rev }]);
  });
});
