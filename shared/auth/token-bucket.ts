import type { RateLimit } from '../limits.ts';

/**
 * A token bucket as one number, the "theoretical arrival time" of GCRA (ATM Forum TM 4.0, §4.4.2): the bucket is full
 * when it lies in the past, and empty when it lies `burst` refills ahead. Times are milliseconds.
 */
export function latestAdmittedTat(limit: RateLimit, now: number): number {
  return now + (limit.burst - 1) * limit.refillMs;
}

/** How long until one token is there again. */
export function retryAfterMs(limit: RateLimit, tat: number, now: number): number {
  return Math.max(1, tat - latestAdmittedTat(limit, now));
}
