import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueHeap } from './due-heap.ts';

describe('a heap of due moments', () => {
  it('gives out what is due first, whatever was put in and taken out before', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (steps) => {
        const heap = new DueHeap<string>();
        let sorted: number[] = [];
        for (const dueMs of steps) {
          if (dueMs === null) {
            expect(heap.peek()?.dueMs).toBe(sorted[0]);
            expect(heap.pop()?.dueMs).toBe(sorted.shift());
          } else {
            heap.push({ dueMs, item: '' });
            sorted = [...sorted, dueMs].sort((a, b) => a - b);
          }
        }
        expect(sorted.map(() => heap.pop()?.dueMs)).toEqual(sorted);
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});
