import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondFactorVerifyRequest } from '../../events/account-contracts.ts';
import { sha256 } from '../ids.ts';
import { matchingRecoveryHash, newRecoveryCodes, recoveryHash } from './recovery-codes.ts';
import { isTotpCode } from './totp.ts';

/** ASCII, digits of other scripts, more than one byte, control characters. */
const oddUnit = fc.constantFrom('1', 'a', 'O', '-', ' ', 'é', '١', '１', '😀', '\0', '\n', '\ud800');

describe('recovery codes', () => {
  it('are ten different ones, and fit where a code is asked for', () => {
    const codes = newRecoveryCodes(randomBytes);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$/);
      expect(isTotpCode(code)).toBe(false);
      expect(secondFactorVerifyRequest.safeParse({ challenge_id: 'x', code }).success).toBe(true);
    }
  });

  it('ASVS 6.5.2, 6.5.3: have 120 bits each, all of the given randomness', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 15, maxLength: 15 }),
        fc.uint8Array({ minLength: 15, maxLength: 15 }),
        (one, other) => {
          const codes = [one, other].map((bytes) => newRecoveryCodes(() => bytes)[0]);
          const isSameBytes = one.every((byte, index) => byte === other[index]);
          expect(codes[0] === codes[1]).toBe(isSameBytes);
        },
      ),
    );
    const sizes: number[] = [];
    newRecoveryCodes((size) => {
      sizes.push(size);
      return new Uint8Array(size);
    });
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 15));
  });

  it('are written in the order of their bits', () => {
    const bytes = Uint8Array.from([
      0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf, 0x84, 0x65, 0x3a, 0x56, 0xd7,
    ]);
    expect(newRecoveryCodes(() => bytes)[0]).toBe('0123-4567-89ab-cdef-ghjk-mnpq');
  });

  it('are the same however they are typed, and are kept as a hash only', () => {
    const typed = [
      '0123-4567-89ab-cdef-ghjk-mnpq',
      'O1 23 4567 89AB CDEF GHJK MNPQ',
      ' oi234567-89abcdefghjkmnpq ',
      'OL23456789ABCDEFGHJKMNPQ',
    ];
    expect(new Set(typed.map(recoveryHash))).toEqual(new Set([sha256('0123456789abcdefghjkmnpq')]));
  });

  it('are found among those that are kept, and nothing else is', () => {
    const codes = newRecoveryCodes(randomBytes);
    const kept = new Set(codes.map(recoveryHash));
    for (const code of codes) expect(matchingRecoveryHash(kept, code)).toBe(recoveryHash(code));
    expect(matchingRecoveryHash(new Set(), codes[0] ?? '')).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: oddUnit, maxLength: 32 }), (text) => {
        expect(matchingRecoveryHash(kept, text)).toBeUndefined();
      }),
    );
  });
});
