import { expect, it } from 'vitest';
import { dayName, isSameDay, listTime, timeOfDay } from './times.ts';

const now = new Date(2026, 2, 12, 9, 30);
const daysAgo = (days: number): Date => new Date(2026, 2, 12 - days, 23, 59);

it('shows the time of day for today, the weekday for the last week, and then the date', () => {
  const earlier = new Date(2026, 2, 12, 0, 5);
  expect(listTime(earlier, now)).toBe(timeOfDay(earlier));
  const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
  expect(listTime(daysAgo(1), now)).toBe(weekday.format(daysAgo(1)));
  expect(listTime(daysAgo(6), now)).toBe(weekday.format(daysAgo(6)));
  expect(listTime(daysAgo(7), now)).not.toBe(weekday.format(daysAgo(7)));
});

it('takes a time from a clock that is ahead for today', () => {
  const ahead = new Date(2026, 2, 13, 0, 1);
  expect(listTime(ahead, now)).toBe(timeOfDay(ahead));
});

it('counts calendar days, not 24 hours', () => {
  const names = [0, 1, 2].map((days) => dayName(daysAgo(days), now));
  expect(new Set(names).size).toBe(3);
  expect(isSameDay(daysAgo(0), now)).toBe(true);
  expect(isSameDay(daysAgo(1), now)).toBe(false);
});

it('names the year when the month alone could be mistaken', () => {
  expect(dayName(daysAgo(400), now)).toContain('2025');
  expect(dayName(daysAgo(40), now)).not.toContain('2026');
});
