import type { CodeRequested } from '../../events/account-event.ts';
import type { AccountStore } from '../auth/account-store.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import {
  addressAttemptMail,
  addressAttemptText,
  codeMail,
  codeText,
  signUpAttemptMail,
} from '../mail/code-messages.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Texter } from '../mail/texter.ts';
import { codeHash, newCode, noCodeHash, type RandomInt, subjectHash } from './code.ts';
import type { CodeStore } from './code-store.ts';

export interface DeliverCodeDeps {
  readonly accounts: Pick<AccountStore, 'holder' | 'credentials'>;
  readonly codes: CodeStore;
  readonly mailer: Mailer;
  readonly texter: Texter;
  readonly clock: Clock;
  readonly randomInt: RandomInt;
  /** Where the web client is. */
  readonly webUrl: string;
}

/** What became of a request for a code; for logs. */
export type CodeDelivery =
  | 'code_sent'
  /** Somebody else owns the address and was told of the attempt. */
  | 'notice_sent'
  | 'undeliverable'
  /** The address leads to no account. */
  | 'nobody'
  /** This very request was answered before. */
  | 'repeated'
  /** A later request was answered before. */
  | 'superseded'
  | 'expired';

type Recipient =
  | { readonly kind: 'code'; readonly userId: string }
  | { readonly kind: 'notice' }
  | { readonly kind: 'nobody' };

/**
 * Answers a request for a code. May run twice for one request: until a message is known to be on its way each run makes a
 * code that replaces the one before, afterwards none does anything. A row is written whoever the address belongs to, so
 * that checking a code is the same work for every address (ASVS 6.3.8); where nobody gets a code, no code is right.
 */
export async function deliverCode(event: CodeRequested, deps: DeliverCodeDeps): Promise<CodeDelivery> {
  const expiresAt = epochSeconds(event.occurred_at_ms) + limits.codeTtlSeconds;
  if (epochSeconds(deps.clock.now()) >= expiresAt) return 'expired';
  const recipient = await recipientOf(event, deps.accounts);
  const code = newCode(deps.randomInt);
  const subject = subjectHash({ purpose: event.purpose, to: event.to, userId: event.user_id });
  const stored = {
    challengeHash: sha256(event.challenge_id),
    codeHash: recipient.kind === 'code' ? codeHash(event.challenge_id, code) : noCodeHash,
    userId: recipient.kind === 'code' ? recipient.userId : undefined,
    requestedAtMs: event.occurred_at_ms,
    expiresAt,
  };
  const outcome = await deps.codes.put(subject, stored);
  if (outcome !== 'written') return outcome;
  const delivery = await send(event, recipient, code, deps);
  await deps.codes.markSent(subject, stored.codeHash);
  return delivery;
}

async function recipientOf(event: CodeRequested, accounts: DeliverCodeDeps['accounts']): Promise<Recipient> {
  const holder = await accounts.holder(event.to);
  if (event.purpose !== 'verify')
    return holder ? { kind: 'code', userId: holder.userId } : { kind: 'nobody' };
  if (event.user_id === null) throw new Error('a request to verify an address names nobody');
  if (holder?.verified && holder.userId !== event.user_id) return { kind: 'notice' };
  const account = await accounts.credentials(event.user_id);
  return account ? { kind: 'code', userId: event.user_id } : { kind: 'nobody' };
}

async function send(
  { to, purpose, sign_up }: CodeRequested,
  { kind }: Recipient,
  code: string,
  { mailer, texter, webUrl }: DeliverCodeDeps,
): Promise<CodeDelivery> {
  if (kind === 'nobody') return 'nobody';
  const attemptMail = () => (sign_up ? signUpAttemptMail(webUrl) : addressAttemptMail());
  const outcome =
    to.channel === 'email'
      ? await mailer.send(to.address, kind === 'code' ? codeMail(purpose, code) : attemptMail())
      : await texter.send(to.address, kind === 'code' ? codeText(code, webUrl) : addressAttemptText());
  if (outcome === 'undeliverable') return outcome;
  return kind === 'code' ? 'code_sent' : 'notice_sent';
}
