import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureDelays } from '../limits.ts';
import { type FailureState, nextFailure } from './failures.ts';

const minuteMs = 60_000;
const limit = failureDelays['login.account'];

/** Fails as soon as it may, so many times; answers when each of them was. */
function failAsFastAsAllowed(times: number): number[] {
  const at: number[] = [];
  let state: FailureState | undefined;
  for (let now = 0; at.length < times; ) {
    const next = nextFailure(limit, state, now);
    if ('retryAfterMs' in next) now += next.retryAfterMs;
    else {
      at.push(now);
      state = next;
    }
  }
  return at;
}

describe('nextFailure', () => {
  it('counts up, and delays from the last free failure on', () => {
    const first = nextFailure(limit, undefined, 0);
    expect(first).toEqual({ failures: 1, blockedUntil: 0, forgetAt: limit.forgetMs });
    const at = failAsFastAsAllowed(limit.free + 3);
    expect(at.slice(0, limit.free).every((time) => time === 0)).toBe(true);
    expect(at.slice(limit.free)).toEqual([1_000, 3_000, 7_000]);
  });

  it('never makes anybody wait longer than a quarter of an hour', () => {
    const at = failAsFastAsAllowed(200);
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.max(...waits)).toBe(15 * minuteMs);
  });

  it('ASVS 6.3.1: lets nobody fail a hundred times in less than half a day', () => {
    expect(failAsFastAsAllowed(100).at(-1)).toBeGreaterThan(12 * 60 * minuteMs);
  });

  it('refuses until the delay is over, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 20 * minuteMs }),
        (failures, later) => {
          const state = nextFailure(limit, { failures, blockedUntil: 0, forgetAt: 1 }, 0);
          if ('retryAfterMs' in state) throw new Error('nothing blocks it');
          const next = nextFailure(limit, state, later);
          if (later < state.blockedUntil) expect(next).toEqual({ retryAfterMs: state.blockedUntil - later });
          else expect(next).toMatchObject({ failures: state.failures + 1 });
        },
      ),
    );
  });
});
