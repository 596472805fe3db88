import { expect, it } from 'vitest';
import { manualClock } from './testing.ts';
import { createThrottle } from './throttle.ts';

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
it('admits a burst and then the rate', () => {
  const clock = manualClock();
  const throttle = createThrottle({ burst: 2, ratePerSecond: 4 }, clock);
  const admitted = () => throttle.admits();
  expect([admitted(), admitted(), admitted()]).toEqual([true, true, false]);
  clock.advance(250);
  expect([admitted(), admitted()]).toEqual([true, false]);
  clock.advance(60_000);
  expect([admitted(), admitted(), admitted()]).toEqual([true, true, false]);
});

it('survives a clock that goes back', () => {
  const clock = manualClock();
  const throttle = createThrottle({ burst: 1, ratePerSecond: 1 }, clock);
  throttle.admits();
  clock.advance(-5_000);
  expect(throttle.admits()).toBe(false);
  clock.advance(1_000);
  expect(throttle.admits()).toBe(true);
});

it('admits everything when the stage has no throttle', () => {
  const throttle = createThrottle(undefined, manualClock());
  expect(Array.from({ length: 1_000 }, () => throttle.admits())).not.toContain(false);
});
