import { expect, it } from 'vitest';
import { Expiry } from './expiry.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const dayMs = 24 * 3_600_000;

function expiryOf(ends: number[], time: VirtualTime) {
  const delays: number[] = [];
  const acted: number[] = [];
  const expiry = new Expiry(
    {
      now: time.now,
      setTimer(callback, delayMs) {
        delays.push(delayMs);
        return time.setTimer(callback, delayMs);
      },
    },
    (nowMs) => ends.filter((end) => end > nowMs).sort((left, right) => left - right)[0],
    (nowMs) => acted.push(nowMs),
  );
  return { expiry, delays, acted };
}

it('acts when each thing ends, the next first', async () => {
  const time = new VirtualTime();
  const startMs = time.now();
  const { expiry, acted } = expiryOf([startMs + 5_000, startMs + 1_000], time);
  expiry.schedule();
  await time.advance(10_000);
  expect(acted).toEqual([startMs + 1_000, startMs + 5_000]);
});

it('waits for an end that is farther away than a timer can be set, and acts once', async () => {
  const time = new VirtualTime();
  const endMs = time.now() + 60 * dayMs;
  const { expiry, delays, acted } = expiryOf([endMs], time);
  expiry.schedule();
  await time.advance(61 * dayMs);
  expect(Math.max(...delays)).toBeLessThan(2 ** 31);
  expect(acted).toEqual([endMs]);
});

it('does nothing after it was stopped', async () => {
  const time = new VirtualTime();
  const { expiry, acted } = expiryOf([time.now() + 1_000], time);
  expiry.schedule();
  expiry.stop();
  await time.advance(10_000);
  expect(acted).toEqual([]);
});
