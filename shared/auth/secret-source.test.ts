import { describe, expect, it } from 'vitest';
import { movableClock } from '../../test/support/builders.ts';
import { rememberedRoots } from './secret-source.ts';

const root = (letter: string) => letter.repeat(32);

function setup(current: string, previous?: string) {
  const clock = movableClock();
  let reads = 0;
  const source = {
    async current() {
      reads += 1;
      return current;
    },
    previous: async () => previous,
  };
  return { clock, roots: rememberedRoots(source, clock), reads: () => reads };
}

describe('rememberedRoots', () => {
  it('reads the secret once in a quarter of an hour', async () => {
    const { clock, roots, reads } = setup(root('a'), root('b'));
    const first = await roots.get();
    expect(first).toEqual({ current: root('a'), previous: root('b') });
    clock.advance(15 * 60_000 - 1);
    expect(await roots.get()).toBe(first);
    expect(reads()).toBe(1);
    clock.advance(1);
    expect(await roots.get()).not.toBe(first);
    expect(reads()).toBe(2);
  });

  it('reads it at once where it is asked to, and remembers that', async () => {
    const { roots, reads } = setup(root('a'));
    await roots.get();
    const renewed = await roots.renew();
    expect(await roots.get()).toBe(renewed);
    expect(reads()).toBe(2);
  });

  it('knows no previous root that is the same, or too short to have been one', async () => {
    for (const previous of [root('a'), 'placeholder', undefined]) {
      expect(await setup(root('a'), previous).roots.get()).toEqual({
        current: root('a'),
        previous: undefined,
      });
    }
  });

  it('refuses to work with a current one that is too short, and remembers nothing of it', async () => {
    const { roots, reads } = setup('short');
    await expect(roots.get()).rejects.toThrow('at least 32 characters');
    await expect(roots.get()).rejects.toThrow('at least 32 characters');
    expect(reads()).toBe(2);
  });
});
