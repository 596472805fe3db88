import type { FailureDelay, FailureKind } from '../limits.ts';

/**
 * Guesses at a secret get slower, and nobody is locked out. NIST SP 800-63B-4 §3.2.2 allows 100 failures in a row and names
 * waits that grow as the way not to give strangers a lock to close: after `free` failures the wait doubles to `maxMs`, so
 * that the hundredth failure of an account takes most of a day, and after it one guess in `maxMs`. There is no hard stop,
 * because anybody could bring it about; sessions that live, and sign-in by code, are not slowed down at all.
 */
export interface Failures {
  /**
   * Counts one failure ahead, before the secret is looked at, so that parallel guesses cannot get past it. Throws
   * `rate_limited` with the time to wait, and then counts nothing.
   */
  attempt(kind: FailureKind, subject: string): Promise<void>;
  /** The secret was right: everything is forgiven. */
  succeeded(kind: FailureKind, subject: string): Promise<void>;
  /** The one attempt was no failure, the ones before it were: for a subject that many people share. */
  takeBack(kind: FailureKind, subject: string): Promise<void>;
}

/** What is remembered of a subject; times are epoch milliseconds. */
export interface FailureState {
  readonly failures: number;
  readonly blockedUntil: number;
  /** From then on none of it counts. */
  readonly forgetAt: number;
}

/** One more failure; or for how long no attempt may be made. */
export function nextFailure(
  limit: FailureDelay,
  state: FailureState | undefined,
  now: number,
): FailureState | { readonly retryAfterMs: number } {
  const remembered = state && state.forgetAt > now ? state : undefined;
  if (remembered && remembered.blockedUntil > now) return { retryAfterMs: remembered.blockedUntil - now };
  const failures = (remembered?.failures ?? 0) + 1;
  return { failures, blockedUntil: now + delayMs(limit, failures), forgetAt: now + limit.forgetMs };
}

function delayMs(limit: FailureDelay, failures: number): number {
  return failures < limit.free ? 0 : Math.min(limit.firstMs * 2 ** (failures - limit.free), limit.maxMs);
}
