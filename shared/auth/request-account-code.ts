import type { ChallengeResponse, CodeRequest } from '../../events/account-contracts.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import type { Clock } from '../clock.ts';
import { addressOf } from '../codes/code.ts';
import { requestCode } from '../codes/request-code.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { foldCase } from '../text.ts';
import type { UserProfile } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Identity } from './access-token.ts';
import type { Address } from './account-store.ts';
import type { SubjectLimiter } from './dynamo-gate.ts';
import { requireRecentAuthentication } from './recent-authentication.ts';
import type { SessionStore } from './session.ts';

interface Deps {
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly events: AccountEvents;
  readonly limiter: SubjectLimiter;
  readonly ids: Ids;
  readonly clock: Clock;
}

/**
 * Asks for a code to sign in, or to prove an address. Proving needs somebody who is signed in; an address that is not the
 * account's yet would become a key to it, which a session alone does not give.
 * Throws `auth.unauthenticated`, `auth.session_ended`, `auth.reauthentication_required`, `rate_limited`, `unavailable`.
 */
export async function requestAccountCode(
  { request, identity, ip }: { request: CodeRequest; identity: Identity | undefined; ip: string },
  deps: Deps,
): Promise<ChallengeResponse> {
  const { purpose } = request;
  const to = addressOf(request);
  if (purpose === 'login') return await requestCode({ purpose, to, userId: null, ip }, deps);
  if (!identity) throw new AppError('auth.unauthenticated');
  const profile = await deps.users.get(identity.userId);
  if (!profile || profile.deletedAt !== undefined) throw new AppError('auth.session_ended');
  if (!isOwn(to, profile)) await requireRecentAuthentication(identity, deps);
  return await requestCode({ purpose, to, userId: identity.userId, ip }, deps);
}

function isOwn({ channel, address }: Address, { email, phone }: UserProfile): boolean {
  return channel === 'email' ? foldCase(address) === foldCase(email) : address === phone;
}
