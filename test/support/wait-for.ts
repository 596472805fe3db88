import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
  /** 30 s unless told: an emulator in a container answers a hundred times slower than the embedded cloud. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

export const patienceMs = 30_000;

/**
 * Looks until `look` answers something other than undefined or false, and answers that. An error of `look` counts as
 * "not yet". Throws after the time is over, with what was waited for and what was seen last.
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeoutMs = patienceMs, intervalMs = 20 }: WaitOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  do {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen as Exclude<T, undefined | false>;
      last = seen;
    } catch (error) {
      last = error;
    }
    await pause(intervalMs);
  } while (performance.now() < deadline);
  throw new Error(`waited ${timeoutMs} ms for ${what}, in vain; last: ${String(last)}`, { cause: last });
}
