import { sameHash } from '../codes/code.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { RandomBytes } from './totp.ts';

/**
 * 120 bits: above the 112 from which a plain hash is enough to keep a code (ASVS 6.5.2). Below, each would need a salt and a
 * slow hash of its own, and each sign-in ten of them.
 */
const codeBytes = 15;
/** Crockford's Base32: without the letters that look like digits. https://www.crockford.com/base32.html */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Fresh codes, each like `k7q2-x0mf-93zt-b5hw-e8rn-4cjd`. */
export function newRecoveryCodes(randomBytes: RandomBytes): string[] {
  return Array.from({ length: limits.recoveryCodes }, () => newRecoveryCode(randomBytes(codeBytes)));
}

function newRecoveryCode(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.replace(/.{5}/g, (five) => alphabet.charAt(Number.parseInt(five, 2)));
  return letters.replace(/.{4}(?=.)/g, '$&-');
}

/** What is kept of a code. It is the same however the code was typed: case, hyphens and spaces, O for 0, I or L for 1. */
export function recoveryHash(code: string): string {
  const letters = code.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return sha256(letters);
}

/** Which of the kept hashes a code belongs to. Every one is compared, in full. */
export function matchingRecoveryHash(kept: ReadonlySet<string>, code: string): string | undefined {
  const hash = recoveryHash(code);
  return [...kept].filter((one) => sameHash(one, hash))[0];
}
