import { seededRandom } from '../support/seeded-random.ts';
import { median } from './histogram.ts';

/** Two kinds of request, made in turns. Milliseconds. */
export interface Difference {
  readonly pairs: number;
  readonly knownMs: number;
  readonly unknownMs: number;
  /** Median of the known ones less that of the unknown ones. */
  readonly differenceMs: number;
  /** Where the difference of the medians lies in 95 of 100 draws from the same times. */
  readonly lowMs: number;
  readonly highMs: number;
}

const draws = 1_000;
/** The same times have the same interval. */
const seed = 6_308;

/**
 * How far the medians lie apart, and how sure that is: percentile bootstrap over pairs, because two requests of a pair
 * share the moment, and with it whatever else the machine was doing.
 */
export function difference(pairs: readonly (readonly [knownMs: number, unknownMs: number])[]): Difference {
  const random = seededRandom(seed);
  const drawn = Array.from({ length: draws }, () =>
    medians(pairs.map((pair) => pairs[Math.floor(random() * pairs.length)] ?? pair)),
  ).map(({ knownMs, unknownMs }) => knownMs - unknownMs);
  const sorted = drawn.toSorted((a, b) => a - b);
  const { knownMs, unknownMs } = medians(pairs);
  return {
    pairs: pairs.length,
    knownMs,
    unknownMs,
    differenceMs: knownMs - unknownMs,
    lowMs: sorted[Math.floor(draws * 0.025)] ?? Number.NaN,
    highMs: sorted[Math.floor(draws * 0.975)] ?? Number.NaN,
  };
}

function medians(pairs: readonly (readonly [number, number])[]) {
  return {
    knownMs: median(pairs.map(([known]) => known)),
    unknownMs: median(pairs.map(([, unknown]) => unknown)),
  };
}
