/** Time is an argument, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339 in UTC with milliseconds: the one form of a time on the wire. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** DynamoDB's TTL and our leases count whole seconds. */
export function epochSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
