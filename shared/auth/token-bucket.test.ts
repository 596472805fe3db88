import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestAdmittedTat, retryAfterMs } from './token-bucket.ts';

/** A bucket as the gate keeps it: one number. */
function bucket(limit: { burst: number; refillMs: number }) {
  let tat = 0;
  return (now: number) => {
    const start = Math.max(tat, now);
    if (start > latestAdmittedTat(limit, now)) return retryAfterMs(limit, start, now);
    tat = start + limit.refillMs;
    return 0;
  };
}

describe('the token bucket', () => {
  it('has a burst, and then one token per refill', () => {
    const take = bucket({ burst: 3, refillMs: 100 });
    expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 100]);
    expect([take(99), take(100), take(100)]).toEqual([1, 0, 100]);
  });

  it('says exactly how long to wait', () => {
    fc.assert(
      fc.property(
        fc.record({ burst: fc.integer({ min: 1, max: 20 }), refillMs: fc.integer({ min: 1, max: 1_000 }) }),
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 60 }),
        (limit, pauses) => {
          const take = bucket(limit);
          let now = 1_000_000;
          for (const pause of pauses) {
            now += pause;
            const wait = take(now);
            if (wait === 0) continue;
            expect(take(now + wait - 1)).toBeGreaterThan(0);
            now += wait;
            expect(take(now)).toBe(0);
          }
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });

  it('never admits more than its burst and its refills', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 100 }), (pauses) => {
        const take = bucket({ burst: 5, refillMs: 100 });
        let now = 1_000_000;
        let admitted = 0;
        for (const pause of pauses) {
          now += pause;
          if (take(now) === 0) admitted += 1;
        }
        expect(admitted).toBeLessThanOrEqual(5 + Math.floor((now - 1_000_000) / 100));
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});
