/** How far somebody has read the threads of a conversation. */
export interface ThreadMarks {
  /** In every thread all messages up to this number of the conversation are read. */
  readonly seq: number;
  /** Root → so many messages of its thread are read; those of the threads that were read last. */
  readonly read: Readonly<Record<number, number>>;
}

/** Whoever marked nothing has read nothing. */
export const noThreadMarks: ThreadMarks = { seq: 0, read: {} };

/** One thread up to its message number `count`, or all threads up to the conversation's number `seq`. */
export type ThreadMark = { readonly root: number; readonly count: number } | { readonly seq: number };

export interface ThreadMarkStore {
  /** Strongly consistent; `noThreadMarks` where there are none. */
  of(userId: string, convoId: string): Promise<ThreadMarks>;
  /** By conversation, of those where there are any; strongly consistent. */
  allOf(userId: string): Promise<Map<string, ThreadMarks>>;
  /**
   * Moves a mark forward; `moved` is false when it was there or further already. Beyond `limits.threadMarksMax` threads the mark that
   * was moved longest ago is forgotten. Throws `unavailable` when others keep coming first.
   */
  advance(
    userId: string,
    convoId: string,
    mark: ThreadMark,
  ): Promise<{ readonly moved: boolean; readonly marks: ThreadMarks }>;
}
