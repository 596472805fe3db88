import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Secret, URI } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { movableClock, startMs } from '../../test/support/builders.ts';
import { authenticatorApp, stepMs } from '../../test/support/in-memory-second-factors.ts';
import { isTotpCode, matchingStep, newTotpSecret, otpauthUrl } from './totp.ts';

const rfcSecret = Secret.fromLatin1('12345678901234567890').base32;
const present = startMs / stepMs;

/** ASCII, digits of other scripts, more than one byte, control characters. */
const oddUnit = fc.constantFrom('1', 'a', 'O', '-', ' ', 'é', '١', '１', '😀', '\0', '\n', '\ud800');

describe('a code of the authenticator app', () => {
  // RFC 6238, appendix B; its codes have eight digits, of which ours are the last six.
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('is at %d seconds what RFC 6238 says', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(matchingStep({ secret: rfcSecret, lastStep: -1 }, code.slice(-6), seconds * 1_000)).toBe(step);
  });

  it('is accepted one step early and one step late, and no further (ASVS 6.5.5)', () => {
    const app = authenticatorApp(rfcSecret, movableClock());
    const stepOf = (ahead: number) =>
      matchingStep({ secret: rfcSecret, lastStep: -1 }, app.code(ahead), startMs);
    expect([-2, -1, 0, 1, 2].map(stepOf)).toEqual([undefined, present - 1, present, present + 1, undefined]);
  });

  it('belongs to its step until the last millisecond', () => {
    const code = authenticatorApp(rfcSecret, movableClock()).code();
    const at = (ms: number) => matchingStep({ secret: rfcSecret, lastStep: -1 }, code, startMs + ms);
    expect([-stepMs - 1, -stepMs, 2 * stepMs - 1, 2 * stepMs].map(at)).toEqual([
      undefined,
      present,
      present,
      undefined,
    ]);
  });

  it('is none any more when its step or a later one was used (ASVS 6.5.1)', () => {
    const code = authenticatorApp(rfcSecret, movableClock()).code();
    const after = (lastStep: number) => matchingStep({ secret: rfcSecret, lastStep }, code, startMs);
    expect([present - 1, present, present + 1].map(after)).toEqual([present, undefined, undefined]);
  });

  it('is none of anything else, however odd', () => {
    const odd = fc.oneof(
      fc.string({ unit: oddUnit, maxLength: 32 }),
      fc.constantFrom(
        '',
        '12345',
        '1234567',
        '１２３４５６',
        '٣٤٥٦٧٨',
        '12345é',
        ' 12345',
        '12345\n',
        '1e5000',
        '-12345',
      ),
    );
    fc.assert(
      fc.property(
        odd.filter((text) => !/^[0-9]{6}$/.test(text)),
        (text) => {
          expect(isTotpCode(text)).toBe(false);
          expect(matchingStep({ secret: rfcSecret, lastStep: -1 }, text, startMs)).toBeUndefined();
        },
      ),
    );
  });
});

describe('a new secret', () => {
  it('has 160 bits of the given randomness and nothing else (ASVS 6.5.3)', () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, index) => index * 11);
    const asked: number[] = [];
    const secret = newTotpSecret((size) => {
      asked.push(size);
      return bytes;
    });
    expect(asked).toEqual([20]);
    expect(Secret.fromBase32(secret).bytes).toEqual(bytes);
  });

  it('is whole, also when its bytes are a part of a larger buffer', () => {
    const pool = randomBytes(64);
    const secret = newTotpSecret((size) => pool.subarray(3, 3 + size));
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(Buffer.from(Secret.fromBase32(secret).bytes)).toEqual(pool.subarray(3, 23));
  });

  it('is read from the QR code by an app as it was made, whatever the account is called', () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(label, (handle) => {
        const url = otpauthUrl(rfcSecret, handle);
        const params = new URL(url).searchParams;
        expect(params.get('secret')).toBe(rfcSecret);
        expect(params.get('issuer')).toBe('Confab');
        expect(url).toContain(`otpauth://totp/Confab:${encodeURIComponent(handle)}?`);
      }),
    );
    expect(URI.parse(otpauthUrl(rfcSecret, 'änna'))).toMatchObject({
      issuer: 'Confab',
      label: 'änna',
      algorithm: 'SHA1',
      digits: 6,
      period: 30,
    });
  });
});
