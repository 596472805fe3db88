const baseMs = 500;
const capMs = 30_000;

/**
 * How long to wait before attempt `attempt` (0, 1, …): anywhere between nothing and an exponential bound, so that
 * many clients that lost the same server do not come back together ("full jitter").
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 10)));
}
