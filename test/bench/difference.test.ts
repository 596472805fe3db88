import { expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { difference } from './difference.ts';

const random = seededRandom(1);
const noise = () => random() * 10;
const pairs = (slower: number) =>
  Array.from({ length: 300 }, () => [40 + slower + noise(), 40 + noise()] as const);

it('finds no difference where there is none', () => {
  const { lowMs, highMs, pairs: count } = difference(pairs(0));
  expect(count).toBe(300);
  expect(lowMs).toBeLessThan(0);
  expect(highMs).toBeGreaterThan(0);
});

it('finds one that a guesser could use', () => {
  const { lowMs, highMs, differenceMs } = difference(pairs(3));
  expect(lowMs).toBeGreaterThan(1);
  expect(highMs).toBeLessThan(5);
  expect(differenceMs).toBeGreaterThan(lowMs);
  expect(differenceMs).toBeLessThan(highMs);
});

it('is not carried away by one that took very long', () => {
  const { differenceMs } = difference([...pairs(0), [5_000, 40]]);
  expect(Math.abs(differenceMs)).toBeLessThan(1.5);
});
