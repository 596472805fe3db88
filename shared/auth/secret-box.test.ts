import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anna, ben, movableClock } from '../../test/support/builders.ts';
import { secretBox } from './secret-box.ts';

const root = (letter: string) => letter.repeat(64);
const plaintext = 'JBSWY3DPEHPK3PXP';

function setup() {
  const clock = movableClock();
  const versions = [root('a')];
  const source = {
    current: async () => versions.at(-1) ?? '',
    previous: async () => versions.at(-2),
  };
  return {
    clock,
    box: secretBox(source, clock),
    anotherBox: () => secretBox(source, clock),
    replaceRoot: (letter: string) => void versions.push(root(letter)),
  };
}

describe('a sealed value', () => {
  it('opens for whom it was sealed, whatever it is', async () => {
    const { box } = setup();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        async (text, context) => {
          expect(await box.open(await box.seal(text, context), context)).toBe(text);
        },
      ),
      { seed: 6, numRuns: 100 },
    );
  });

  it('does not show what is in it, and looks different each time (ASVS 11.3.4)', async () => {
    const { box } = setup();
    const [one, two] = [await box.seal(plaintext, anna), await box.seal(plaintext, anna)];
    expect(one).toMatch(/^v1\.[\w-]{11}\.[\w-]{16}\.[\w-]+$/);
    expect(one).not.toContain(plaintext);
    expect(one.split('.')[2]).not.toBe(two.split('.')[2]);
    expect(one.split('.')[3]).not.toBe(two.split('.')[3]);
  });

  it('does not open for somebody else', async () => {
    const { box } = setup();
    const sealed = await box.seal(plaintext, anna);
    await expect(box.open(sealed, ben)).rejects.toThrow('sealed for somebody else');
    await expect(box.open(sealed, '')).rejects.toThrow('sealed for somebody else');
  });

  it('does not open when any character of it was changed, added or left out (ASVS 11.3.3)', async () => {
    const { box } = setup();
    const sealed = await box.seal(plaintext, anna);
    const character = fc.constantFrom(...'AZaz09-_.=/+ \n'.split(''));
    const position = fc.nat({ max: sealed.length - 1 });
    const change = fc.constantFrom('replace', 'insert', 'remove');
    await fc.assert(
      fc.asyncProperty(position, character, change, async (at, other, how) => {
        const kept = how === 'insert' ? at : at + 1;
        const changed = sealed.slice(0, at) + (how === 'remove' ? '' : other) + sealed.slice(kept);
        fc.pre(changed !== sealed);
        await expect(box.open(changed, anna)).rejects.toThrow('a sealed value');
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('does not open with every other last bit of the tag, or with a shorter one', async () => {
    const { box } = setup();
    const sealed = await box.seal('', anna);
    const [version, id, nonce, body = ''] = sealed.split('.');
    const tag = Buffer.from(body, 'base64url');
    expect(tag).toHaveLength(16);
    for (const length of [0, 4, 8, 12, 15]) {
      const short = tag.subarray(0, length).toString('base64url');
      await expect(box.open([version, id, nonce, short].join('.'), anna)).rejects.toThrow();
    }
    for (let bit = 0; bit < 128; bit += 1) {
      const flipped = Buffer.from(tag);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const changed = [version, id, nonce, flipped.toString('base64url')].join('.');
      await expect(box.open(changed, anna)).rejects.toThrow();
    }
  });

  it.each(['', 'v1', 'v1...', 'v2.AAAAAAAAAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA', plaintext])(
    'is nothing else: %j',
    async (text) => {
      await expect(setup().box.open(text, anna)).rejects.toThrow('a sealed value');
    },
  );
});

describe('a sealed value, when the root is replaced', () => {
  it('opens under the root of before, and is sealed anew under the present one', async () => {
    const { box, clock, replaceRoot } = setup();
    const old = await box.seal(plaintext, anna);
    expect(await box.renewed(old, anna)).toBeUndefined();
    replaceRoot('b');
    clock.advance(15 * 60_000);
    expect(await box.open(old, anna)).toBe(plaintext);
    const renewed = (await box.renewed(old, anna)) ?? '';
    expect(renewed.split('.')[1]).not.toBe(old.split('.')[1]);
    replaceRoot('c');
    clock.advance(15 * 60_000);
    expect(await box.open(renewed, anna)).toBe(plaintext);
  });

  it('opens in an environment that has not read the new root yet', async () => {
    const { box, anotherBox, replaceRoot } = setup();
    await box.seal(plaintext, anna);
    replaceRoot('b');
    const sealed = await anotherBox().seal(plaintext, anna);
    expect(await box.open(sealed, anna)).toBe(plaintext);
  });

  it('does not open when its root is gone', async () => {
    const { box, anotherBox, replaceRoot } = setup();
    const sealed = await box.seal(plaintext, anna);
    replaceRoot('b');
    replaceRoot('c');
    await expect(anotherBox().open(sealed, anna)).rejects.toThrow('a root that is gone');
  });
});
