/**
 * What follows from something that happened to an account and may come a moment later: mails, SMS, the end of sockets, the
 * rest of an erasure. It waits in a standard queue: it may come twice and in any order.
 * Producers: functions/http/auth, functions/http/account, functions/http/account-data.
 * Consumer: functions/consumers/process-account-events.
 * Every shape ever shipped stays readable: samples/account-event.*.v*.json.
 */
import * as z from 'zod/mini';
import { codePurpose } from './account-contracts.ts';
import { userId } from './client-frames.ts';

const base = { version: z.literal(1), occurred_at_ms: z.int() };

/** Exactly one of the two. */
const channel = z.union([
  z.object({ channel: z.literal('email'), address: z.string() }),
  z.object({ channel: z.literal('sms'), address: z.string() }),
]);

/**
 * Somebody asked for a one-time code. Whether the address is anybody's is found out by the consumer, so that the answer
 * to the request cannot depend on it; the consumer also makes the code, so that no code is ever in a queue.
 */
export const codeRequested = z.object({
  ...base,
  name: z.literal('code.requested'),
  purpose: codePurpose,
  to: channel,
  challenge_id: z.string(),
  /** Who wants to verify the address; null for `login` and `reset`, where it is to be found out. */
  user_id: z.nullable(userId),
  /** True for the code that goes with a sign-up: an owner of the address is told of the attempt instead. */
  sign_up: z.boolean(),
});

export const noticeKind = z.enum([
  'password_changed',
  'address_added',
  'second_factor_enabled',
  'second_factor_disabled',
  'recovery_code_used',
  'recovery_codes_renewed',
  /** Whoever proved the address took over an account that had named it without proof. */
  'account_reclaimed',
  'account_erased',
]);

/** The owner of an account is told of a change to its keys (ASVS 6.3.7). */
export const accountNotice = z.object({
  ...base,
  name: z.literal('account.notice'),
  notice: noticeKind,
  user_id: userId,
  /** Where to; the account may not have the address any more when the mail is written. */
  email: z.string(),
});

/** These sessions are to end, and their sockets with them; published before anything else is done about it. */
export const sessionsEnded = z.object({
  ...base,
  name: z.literal('sessions.ended'),
  user_id: userId,
  session_ids: z.array(z.string()),
});

/** The account is to be erased; published before anything else is done about it. */
export const accountErased = z.object({
  ...base,
  name: z.literal('account.erased'),
  user_id: userId,
});

export const accountEvent = z.discriminatedUnion('name', [
  codeRequested,
  accountNotice,
  sessionsEnded,
  accountErased,
]);

export type CodeRequested = z.infer<typeof codeRequested>;
export type NoticeKind = z.infer<typeof noticeKind>;
export type AccountNotice = z.infer<typeof accountNotice>;
export type SessionsEnded = z.infer<typeof sessionsEnded>;
export type AccountErased = z.infer<typeof accountErased>;
export type AccountEvent = z.infer<typeof accountEvent>;
