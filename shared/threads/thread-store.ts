/** Which messages stand in which thread. Read only: rows come with their messages, in the same transaction. */
export interface ThreadStore {
  /**
   * The roots of threads, the newest root first: at most `limit` with `after` < root < `before`, of those threads whose first
   * message has a number up to `startedBy`. Strongly consistent.
   */
  roots(convoId: string, range: RootRange): Promise<number[]>;
  /** The numbers of the messages `from` to `to` of a thread, both inclusive, ascending; strongly consistent. */
  replies(convoId: string, root: number, from: number, to: number): Promise<number[]>;
  /**
   * How many messages of a thread have a number up to `seq`; strongly consistent. Costs a read unit for about 100 messages
   * that came after it.
   */
  countUpTo(convoId: string, root: number, seq: number): Promise<number>;
}

export interface RootRange {
  /** Both exclusive. */
  readonly after: number;
  readonly before: number;
  readonly startedBy: number;
  readonly limit: number;
}
