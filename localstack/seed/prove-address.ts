import * as z from 'zod/mini';
import { challengeResponse, verifiedResponse } from '../../events/account-contracts.ts';
import { outboxPath } from '../outbox/outbox-routes.ts';
import { type Api, ApiError } from './api-client.ts';
import type { DemoPerson } from './demo-person.ts';

const outbox = z.object({ messages: z.array(z.object({ id: z.string(), code: z.optional(z.string()) })) });

/**
 * Proves a demo person's address by the code that the outbox of a laptop shows, which makes an administrator of whoever has
 * that of `adminEmails`. Where there is no outbox, mail goes to people, and the address stays unproven.
 * @returns the person's id when the address is proven, now or before.
 */
export async function proveAddress(url: string, api: Api, person: DemoPerson): Promise<string | undefined> {
  const { user, accessToken } = person;
  if (user.email_verified) return user.user_id;
  const earlier = await mailsTo(url, user.email);
  if (!earlier) return undefined;
  const { challenge_id } = await api.call('POST /auth/otp/request', {
    schema: challengeResponse,
    accessToken,
    body: { email: user.email, purpose: 'verify' },
  });
  let after = earlier.at(-1)?.id ?? '';
  // The mail of the sign-up may come later than the one that was asked for.
  for (let tries = 0; tries < 2; tries += 1) {
    const [mail] = (await mailsTo(url, user.email, { after, wait: '10' })) ?? [];
    if (!mail) return undefined;
    const body = { email: user.email, purpose: 'verify', challenge_id, code: mail.code ?? 'none' };
    if (await isRight(api, accessToken, body)) return user.user_id;
    after = mail.id;
  }
  return undefined;
}

async function isRight(api: Api, accessToken: string, body: object): Promise<boolean> {
  try {
    await api.call('POST /auth/otp/verify', { schema: verifiedResponse, accessToken, body });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'auth.code_invalid') return false;
    throw error;
  }
}

/** The mails to an address, the oldest first; undefined where there is no outbox. */
async function mailsTo(url: string, to: string, more: Readonly<Record<string, string>> = {}) {
  const filters = Object.entries({ to, ...more }).filter(([, value]) => value !== '');
  const answer = await fetch(`${url}${outboxPath}/messages?${new URLSearchParams(filters)}`);
  // A page may answer where there is no such route.
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return answer.ok && isJson ? outbox.parse(await answer.json()).messages : undefined;
}
