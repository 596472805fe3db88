/** The code of one request, as it is kept. */
export interface StoredCode {
  /** SHA-256 of the challenge id: which request it belongs to. */
  readonly challengeHash: string;
  readonly codeHash: string;
  /** Whom the right code proves; undefined when nobody was sent a code, so that none is right. */
  readonly userId: string | undefined;
  /** When it was asked for, milliseconds since the epoch. */
  readonly requestedAtMs: number;
  /** Epoch seconds; from this second on it is not valid. */
  readonly expiresAt: number;
}

/** One row per subject (see subjectHash in code.ts), so that a resend replaces the code before it. */
export interface CodeStore {
  /**
   * Makes this the subject's one code, with no tries used. `repeated`: this request was answered before, by a message
   * that was sent or a code that was used; `superseded`: there is one of a later request. In both nothing was written.
   * Of two requests in one millisecond the one that is put last counts as the later one.
   */
  put(subjectHash: string, code: StoredCode): Promise<'written' | 'repeated' | 'superseded'>;
  /** The message with this code is on its way. Does nothing when the code is another one by now, or used. */
  markSent(subjectHash: string, codeHash: string): Promise<void>;
  /**
   * Takes one of the code's tries, and only then says what it is: parallel guesses get no more than there are.
   * Undefined for another request's code (which costs no try), for one that expired or was used, and when no try is left.
   */
  attempt(
    subjectHash: string,
    challengeHash: string,
    nowSeconds: number,
  ): Promise<Pick<StoredCode, 'codeHash' | 'userId'> | undefined>;
  /** Uses the code up. False: somebody else did, or it was replaced. */
  consume(subjectHash: string, codeHash: string): Promise<boolean>;
}
