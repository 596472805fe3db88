import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret, TOTP } from 'otpauth';

/** So many bytes that nobody can foresee: `crypto.randomBytes`. */
export type RandomBytes = (size: number) => Uint8Array;

const issuer = 'Confab';
/** RFC 4226 §4, R6: 160 bits, the length of the hash. */
const secretBytes = 20;
/** What every authenticator app assumes, and some know nothing else: SHA-1, six digits, steps of 30 seconds. */
const stepMs = 30_000;
/** RFC 6238 §5.2: one step for the time that typing takes; one ahead for a phone whose clock is fast. */
const driftSteps = 1;

/** A new shared secret in Base32. */
export function newTotpSecret(randomBytes: RandomBytes): string {
  return new Secret({ buffer: Uint8Array.from(randomBytes(secretBytes)).buffer }).base32;
}

/** What the QR code of an enrolment says. `label` tells one's accounts apart in the app. */
export function otpauthUrl(secret: string, label: string): string {
  return new TOTP({ issuer, label, secret }).toString();
}

export function isTotpCode(text: string): boolean {
  return /^\d{6}$/.test(text);
}

/**
 * The step that a code belongs to, if it is near enough to now and after the last one used. Every code in question is
 * computed and compared in full, whichever it is.
 */
export function matchingStep(
  { secret, lastStep }: { secret: string; lastStep: number },
  code: string,
  nowMs: number,
): number | undefined {
  // Two texts of one length in characters may differ in bytes, and comparing those would throw.
  if (!isTotpCode(code)) return undefined;
  const key = Secret.fromBase32(secret);
  const present = Math.floor(nowMs / stepMs);
  return Array.from({ length: 2 * driftSteps + 1 }, (_, index) => present - driftSteps + index)
    .filter((step) => isSame(HOTP.generate({ secret: key, counter: step }), code))
    .findLast((step) => step > lastStep);
}

function isSame(expected: string, code: string): boolean {
  return timingSafeEqual(Buffer.from(expected), Buffer.from(code));
}
