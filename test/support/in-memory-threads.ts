import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ThreadMarkStore } from '../../shared/threads/thread-mark-store.ts';
import { type KeptMarks, marksAfter, noKeptMarks, shownMarks } from '../../shared/threads/thread-marks.ts';
import type { ThreadStore } from '../../shared/threads/thread-store.ts';
import type { InMemoryMessages } from './in-memory-message-store.ts';

/** Threads as their messages say: what has no row of its own cannot differ from them. */
export function inMemoryThreadStore(
  messages: Pick<InMemoryMessages, 'all'>,
  pause: () => Promise<unknown> = nextTurn,
): ThreadStore {
  const repliesIn = (convoId: string, root: number) =>
    messages.all(convoId).filter(({ thread }) => thread === root);

  return {
    async roots(convoId, { after, before, startedBy, limit }) {
      await pause();
      const starts = messages.all(convoId).filter(({ threadSeq }) => threadSeq === 1);
      return starts
        .filter(({ seq }) => seq <= startedBy)
        .flatMap(({ thread = 0 }) => (after < thread && thread < before ? [thread] : []))
        .sort((a, b) => b - a)
        .slice(0, limit);
    },

    async replies(convoId, root, from, to) {
      await pause();
      return repliesIn(convoId, root)
        .filter(({ threadSeq = 0 }) => from <= threadSeq && threadSeq <= to)
        .map(({ seq }) => seq);
    },

    async countUpTo(convoId, root, upTo) {
      await pause();
      return repliesIn(convoId, root).filter(({ seq }) => seq <= upTo).length;
    },
  };
}

export function inMemoryThreadMarks(pause: () => Promise<unknown> = nextTurn): ThreadMarkStore {
  const kept = new Map<string, { userId: string; convoId: string; marks: KeptMarks }>();
  const key = (userId: string, convoId: string) => `${userId} ${convoId}`;
  const marksOf = (userId: string, convoId: string) => kept.get(key(userId, convoId))?.marks ?? noKeptMarks;

  return {
    async of(userId, convoId) {
      await pause();
      return shownMarks(marksOf(userId, convoId));
    },

    async allOf(userId) {
      await pause();
      const own = [...kept.values()].filter((one) => one.userId === userId);
      return new Map(own.map(({ convoId, marks }) => [convoId, shownMarks(marks)]));
    },

    async advance(userId, convoId, mark) {
      await pause();
      const before = marksOf(userId, convoId);
      const marks = marksAfter(before, mark);
      if (marks === before) return { moved: false, marks: shownMarks(before) };
      kept.set(key(userId, convoId), { userId, convoId, marks });
      return { moved: true, marks: shownMarks(marks) };
    },
  };
}
