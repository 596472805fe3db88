import { expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

it('waits anywhere between nothing and a bound that doubles from half a second', () => {
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, () => 0.999999))).toEqual([500, 1000, 2000, 4000]);
  expect(backoffMs(3, () => 0)).toBe(0);
});

it('never waits longer than half a minute', () => {
  expect(backoffMs(5_000, () => 0.999999)).toBe(30_000);
});
