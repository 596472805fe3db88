import { expect, it } from 'vitest';
import { countdownText, secondsUntil, waitText } from './countdown.ts';

it.each([
  [0, '0:00'],
  [9, '0:09'],
  [75, '1:15'],
  [3_600, '1:00:00'],
  [3_725, '1:02:05'],
])('shows %i seconds as %s', (seconds, text) => {
  expect(countdownText(seconds)).toBe(text);
});

it.each([
  [undefined, 'in a moment'],
  [900, 'in a moment'],
  [42_000, 'in 42 seconds'],
  [90_000, 'in 2 minutes'],
  [3_600_000, 'in 60 minutes'],
  [36_000_000, 'in 10 hours'],
])('says of %s ms: %s', (durationMs, text) => {
  expect(waitText(durationMs)).toBe(text);
});

it('rounds up, so that it never promises too much, and ends at 0', () => {
  expect(secondsUntil(10_001, 10_000)).toBe(1);
  expect(secondsUntil(10_000, 10_000)).toBe(0);
  expect(secondsUntil(1, 10_000)).toBe(0);
  expect(secondsUntil(undefined, 10_000)).toBe(0);
});
