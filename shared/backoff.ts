/** Waiting is an argument too: a test does not wait. */
export interface Backoff {
  /** Waits before try number `attempt` (1, 2, …): a random time up to an exponentially growing cap ("full jitter"). */
  wait(attempt: number): Promise<void>;
}

/** https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export function fullJitterBackoff(options: {
  baseMs: number;
  capMs: number;
  random: () => number;
  sleep: (ms: number) => Promise<void>;
}): Backoff {
  return {
    wait: (attempt) =>
      options.sleep(options.random() * Math.min(options.capMs, options.baseMs * 2 ** (attempt - 1))),
  };
}

/** What runs use for AWS calls that may go through in a moment. */
export const jitteredBackoff = fullJitterBackoff({
  baseMs: 20,
  capMs: 500,
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});
