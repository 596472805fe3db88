import * as z from 'zod/mini';
import type { ChallengeResponse } from '../../events/account-contracts.ts';
import type { Address } from '../client/sign-in-api.ts';

const asked = z.object({
  purpose: z.enum(['verify', 'login', 'reset']),
  address: z.union([z.object({ email: z.string() }), z.object({ phone: z.string() })]),
  challenge_id: z.string(),
  /** Milliseconds since the epoch, by this machine's clock. */
  expires_at_ms: z.number(),
});

/** A code that is on its way: whoever asked has to type it in. */
export type AskedCode = z.infer<typeof asked>;
export type CodePurpose = AskedCode['purpose'];

const storageKey = 'confab.asked-code';

/**
 * Remembers the request in the tab's own storage: on a phone, looking at the mail often means that the browser throws
 * the page away, and without its request the code in the mail is worth nothing. Signing out removes it.
 */
export function rememberAskedCode(
  purpose: CodePurpose,
  address: Address,
  challenge: ChallengeResponse,
  options: { storage?: Storage; nowMs?: number } = {},
): AskedCode {
  const { storage = window.sessionStorage, nowMs = Date.now() } = options;
  const code: AskedCode = {
    purpose,
    address,
    challenge_id: challenge.challenge_id,
    expires_at_ms: nowMs + challenge.expires_in * 1_000,
  };
  storage.setItem(storageKey, JSON.stringify(code));
  return code;
}

/** The request that waits for its code, if there is one for this purpose (and address) that is still good. */
export function askedCode(
  purpose: CodePurpose,
  address?: Address,
  options: { storage?: Storage; nowMs?: number } = {},
): AskedCode | undefined {
  const { storage = window.sessionStorage, nowMs = Date.now() } = options;
  const code = parse(storage.getItem(storageKey));
  if (code?.purpose !== purpose || code.expires_at_ms <= nowMs) return undefined;
  const isMeant = address === undefined || JSON.stringify(address) === JSON.stringify(code.address);
  return isMeant ? code : undefined;
}

export function forgetAskedCode(storage: Storage = window.sessionStorage): void {
  storage.removeItem(storageKey);
}

function parse(text: string | null): AskedCode | undefined {
  if (text === null) return undefined;
  try {
    return asked.parse(JSON.parse(text));
  } catch {
    // Written by an older version: asking for a new code mends it.
    return undefined;
  }
}
