import { describe, expect, it } from 'vitest';
import { aMessage } from '../../test/support/builders.ts';
import { changePage, updatesOf } from './change-log.ts';

const log = (...entries: [rev: number, seq: number][]) => entries.map(([rev, seq]) => ({ rev, seq }));

describe('a page of the change log', () => {
  it('[Y7] names each message once, by its last change in the page, and says how far it goes', () => {
    expect(changePage(log([5, 1], [6, 2], [7, 1]), 4, 10)).toEqual({
      seqs: [2, 1],
      changes: log([6, 2], [7, 1]),
      rev: 7,
      hasMore: false,
    });
  });

  it('[Y7] goes as far as its limit, and says that there is more', () => {
    expect(changePage(log([5, 1], [6, 2], [7, 1]), 4, 2)).toEqual({
      seqs: [1, 2],
      changes: log([5, 1], [6, 2]),
      rev: 6,
      hasMore: true,
    });
  });

  it('ends where it began when nothing changed', () => {
    expect(changePage([], 4, 2)).toEqual({ seqs: [], changes: [], rev: 4, hasMore: false });
  });
});

describe('the updates of a batch', () => {
  const messages = new Map([1, 2, 3].map((seq) => [seq, aMessage({ seq })] as const));
  const chain = (...entries: [rev: number, seq: number][]) =>
    updatesOf(log(...entries), messages).map(({ prev_rev, rev, message }) => [prev_rev, rev, message.seq_no]);

  it('[M8] begin each where the one before ended', () => {
    expect(chain([5, 1], [6, 2], [7, 3])).toEqual([
      [4, 5, 1],
      [5, 6, 2],
      [6, 7, 3],
    ]);
  });

  it('[M8] are one per message, with its last number, and still have no holes', () => {
    expect(chain([5, 1], [6, 2], [7, 1], [8, 1])).toEqual([
      [4, 6, 2],
      [6, 8, 1],
    ]);
  });

  it('[M8] of a redelivery promise nothing of the numbers between them', () => {
    expect(chain([9, 3], [5, 1], [5, 1], [8, 1])).toEqual([
      [4, 5, 1],
      [7, 8, 1],
      [8, 9, 3],
    ]);
  });
});
