import { describe, expect, it } from 'vitest';
import { fullJitterBackoff } from './backoff.ts';

describe('fullJitterBackoff', () => {
  async function waits(random: number) {
    const slept: number[] = [];
    const backoff = fullJitterBackoff({
      baseMs: 20,
      capMs: 500,
      random: () => random,
      sleep: async (ms) => void slept.push(ms),
    });
    for (let attempt = 1; attempt <= 7; attempt += 1) await backoff.wait(attempt);
    return slept;
  }

  it('waits up to a cap that doubles, and not beyond its end', async () => {
    expect(await waits(1)).toEqual([20, 40, 80, 160, 320, 500, 500]);
  });

  it('takes any time below it, so that those who failed together do not come again together', async () => {
    expect(await waits(0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await waits(0.5)).toEqual([10, 20, 40, 80, 160, 250, 250]);
  });
});
