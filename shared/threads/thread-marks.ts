import { limits } from '../limits.ts';
import type { ThreadMark, ThreadMarks } from './thread-mark-store.ts';

/** Marks in the order in which they were moved, because the oldest is forgotten; an object with numbers as keys has none. */
export interface KeptMarks {
  readonly seq: number;
  readonly read: readonly (readonly [root: number, count: number])[];
}

export const noKeptMarks: KeptMarks = { seq: 0, read: [] };

/** The marks after one more; the very same object when it was there or further already. */
export function marksAfter(marks: KeptMarks, mark: ThreadMark): KeptMarks {
  if ('seq' in mark) return mark.seq > marks.seq ? { ...marks, seq: mark.seq } : marks;
  const { root, count } = mark;
  const before = marks.read.find(([one]) => one === root)?.[1] ?? 0;
  if (count <= before) return marks;
  const others = marks.read.filter(([one]) => one !== root);
  return { ...marks, read: [...others, [root, count] as const].slice(-limits.threadMarksMax) };
}

export function shownMarks({ seq, read }: KeptMarks): ThreadMarks {
  return { seq, read: Object.fromEntries(read) };
}
