import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alarm } from './alarm.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('an alarm', () => {
  const clock = { now: () => Date.now() };

  it('has one timer, for the moment that was set last', () => {
    const onDue = vi.fn();
    const alarm = new Alarm(clock, onDue);
    alarm.set(Date.now() + 1_000);
    alarm.set(Date.now() + 3_000);
    alarm.set(Date.now() + 2_000);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1_999);
    expect(onDue).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onDue).toHaveBeenCalledTimes(1);
    alarm.set(Date.now() + 1_000);
    alarm.set(undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits at least a millisecond for a moment that has passed, and no longer than a timer can', () => {
    const onDue = vi.fn();
    const alarm = new Alarm(clock, onDue);
    alarm.set(Date.now() - 5);
    expect(onDue).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onDue).toHaveBeenCalledTimes(1);
    alarm.set(Date.now() + 10 ** 12);
    vi.advanceTimersByTime(1_000);
    expect(onDue).toHaveBeenCalledTimes(1);
  });
});
