import { createHistogram } from 'node:perf_hooks';

/** Milliseconds. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The distribution of times in milliseconds, to three significant digits. */
export function distribution(timesMs: readonly number[]): Distribution {
  const histogram = createHistogram();
  // It counts whole numbers from 1: microseconds here.
  for (const timeMs of timesMs) histogram.record(Math.max(1, Math.round(timeMs * 1_000)));
  const at = (percentile: number) => (timesMs.length === 0 ? 0 : histogram.percentile(percentile) / 1_000);
  return { count: timesMs.length, p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

/** The middle one; the mean of the two middle ones of an even count. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of repeats and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
