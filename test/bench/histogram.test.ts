import { expect, it } from 'vitest';
import { distribution, median, spread } from './histogram.ts';

it('finds the percentiles of times in milliseconds', () => {
  const times = Array.from({ length: 100 }, (_, index) => index + 1);

  const { count, p50, p95, p99, max } = distribution(times);

  expect(count).toBe(100);
  expect(p50).toBeCloseTo(50, 0);
  expect(p95).toBeCloseTo(95, 0);
  expect(p99).toBeCloseTo(99, 0);
  expect(max).toBeCloseTo(100, 0);
});

it('keeps times below a millisecond apart', () => {
  expect(distribution([0.1, 0.2, 0.3]).p50).toBeCloseTo(0.2, 2);
});

it('answers zeros of nothing', () => {
  expect(distribution([])).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
});

it('takes the middle of an odd count and the mean of the two middle ones of an even count', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

it('shows how far repeats lie apart', () => {
  expect(spread([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
});
