import { timingSafeEqual } from 'node:crypto';
import type { CodePurpose } from '../../events/account-contracts.ts';
import type { Address } from '../auth/account-store.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { foldCase } from '../text.ts';

/** What a code is good for: one purpose, one address and, for `verify`, one account. */
export interface CodeSubject {
  readonly purpose: CodePurpose;
  readonly to: Address;
  /** Who wants to verify the address; null for `login` and `reset`, which anybody may ask for. */
  readonly userId: string | null;
}

/** A whole number, `min` ≤ n < `max`, that nobody can foresee: `crypto.randomInt`. */
export type RandomInt = (min: number, max: number) => number;

/** The address that a request names. Its schema has seen to it that there is exactly one. */
export function addressOf(body: { email?: string | undefined; phone?: string | undefined }): Address {
  if (body.email !== undefined) return { channel: 'email', address: body.email };
  if (body.phone !== undefined) return { channel: 'sms', address: body.phone };
  throw new Error('neither email nor phone: the schema of the request lets that through');
}

/** The form in which addresses are compared, and the only one that is ever written to. */
export function foldAddress({ channel, address }: Address): Address {
  return { channel, address: channel === 'email' ? foldCase(address) : address };
}

/** Names an address in keys of rate limits and in logs, where the address itself has no place. */
export function addressHash(to: Address): string {
  return sha256(foldAddress(to).address);
}

/** The key of the one living code of a subject. */
export function subjectHash({ purpose, to, userId }: CodeSubject): string {
  return sha256(JSON.stringify([purpose, to.channel, foldAddress(to).address, userId ?? '']));
}

export function newCode(randomInt: RandomInt): string {
  return String(randomInt(0, 10 ** limits.codeDigits)).padStart(limits.codeDigits, '0');
}

/**
 * What is kept of a code. It is bound to the request for it (ASVS 6.6.2), and the row alone does not say which of a
 * million codes it is: that takes the challenge id, of which only a hash is kept.
 */
export function codeHash(challengeId: string, code: string): string {
  return sha256(`${challengeId}:${code}`);
}

/** The hash of no code: for a request that nobody gets a code for. */
export const noCodeHash = '0'.repeat(64);

/** Compares two hex digests in a time that says nothing about them. */
export function sameHash(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}
