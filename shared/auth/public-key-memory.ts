import type { JWK } from 'jose';
import type { Clock } from '../clock.ts';

interface PublicKey {
  readonly jwk: JWK;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

export interface PublicKeyMemory {
  /** Undefined: the table has to be asked. Without a `jwk`: it was asked a moment ago, and there is no such key. */
  recall(kid: string): { readonly jwk: JWK | undefined } | undefined;
  remember(kid: string, key: PublicKey | undefined): void;
  forget(kid: string): void;
}

/** As long as readers of the JWKS keep it: an operator who deletes a key waits no longer for us than for them. */
const knownMs = 5 * 60 * 1000;
const unknownMs = 10 * 1000;
const entriesMax = 100;

/**
 * What one environment remembers of the key table. Known keys are few; they are looked at again every five minutes and
 * are gone with their end. A token with a foreign key costs one small read in ten seconds, however often it comes.
 *
 * Made-up kids that never repeat cost one read each, and that is all they cost: less than the request that brought them
 * ($0.125 a million against more than $1), at most 2,000 a second, which is where the API's stage stops, and below the
 * 3,000 that a DynamoDB partition answers. Refusing to look would be worse: an environment that has just started knows
 * no key yet, and would refuse everybody for as long as somebody makes up kids.
 */
export function publicKeyMemory(clock: Clock): PublicKeyMemory {
  const entries = new Map<string, { jwk: JWK | undefined; untilMs: number }>();
  return {
    recall(kid) {
      const entry = entries.get(kid);
      return entry && entry.untilMs > clock.now() ? entry : undefined;
    },

    remember(kid, key) {
      const now = clock.now();
      const untilMs = key ? Math.min(now + knownMs, key.expiresAt * 1000) : now + unknownMs;
      entries.delete(kid);
      makeRoom(entries, now);
      entries.set(kid, { jwk: key?.jwk, untilMs });
    },

    forget: (kid) => void entries.delete(kid),
  };
}

/** What is over goes; then the unknown kid that was asked for first, so that a flood of them pushes no key out. */
function makeRoom(entries: Map<string, { jwk: JWK | undefined; untilMs: number }>, now: number): void {
  if (entries.size < entriesMax) return;
  for (const [kid, { untilMs }] of entries) if (untilMs <= now) entries.delete(kid);
  if (entries.size < entriesMax) return;
  const oldest = [...entries].find(([, { jwk }]) => jwk === undefined) ?? [...entries][0];
  if (oldest) entries.delete(oldest[0]);
}
