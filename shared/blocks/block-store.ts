/** Whom people do not want to hear from. */
export interface BlockStore {
  /** The ids of those whom the person blocks, the latest first; strongly consistent. */
  list(userId: string): Promise<string[]>;
  /** Keeps the time of an earlier block. False: one of the two is missing or erased, and nothing was written. */
  put(userId: string, blockedId: string, createdAt: string): Promise<boolean>;
  /** Whether this person blocks that one; strongly consistent. */
  has(userId: string, blockedId: string): Promise<boolean>;
  /** Repeating it, or naming somebody who never was blocked, is harmless. */
  remove(userId: string, blockedId: string): Promise<void>;
  /** Removes what this person blocks; what others block of them stays theirs. */
  removeAll(userId: string): Promise<void>;
  /** Those of `others` who block the person or whom the person blocks; strongly consistent, 2 read units for each. */
  between(userId: string, others: readonly string[]): Promise<ReadonlySet<string>>;
}
