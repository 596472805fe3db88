import type { ReauthenticateRequest } from '../../events/account-contracts.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { checkCode } from '../codes/check-code.ts';
import { addressOf } from '../codes/code.ts';
import type { CodeStore } from '../codes/code-store.ts';
import { AppError } from '../errors.ts';
import type { Identity } from './access-token.ts';
import type { AccountStore } from './account-store.ts';
import type { Failures } from './failures.ts';
import { checkPresentPassword } from './present-password.ts';
import type { SessionStore } from './session.ts';

interface Deps {
  readonly accounts: Pick<AccountStore, 'credentials' | 'holder'>;
  readonly sessions: Pick<SessionStore, 'reauthenticated'>;
  readonly codes: CodeStore;
  readonly failures: Failures;
  readonly clock: Clock;
}

type CodeAnswer = Exclude<ReauthenticateRequest, { password: string }>;

/**
 * The caller shows again that the account is theirs, by its password or by a code of purpose `login` that went to an address
 * of it; for the next quarter of an hour requireRecentAuthentication lets this session through, and no other.
 * Throws `auth.invalid_credentials` or `auth.code_invalid`, `rate_limited`, and `auth.session_ended` without an account.
 */
export async function reauthenticate(
  identity: Identity,
  request: ReauthenticateRequest,
  deps: Deps,
): Promise<void> {
  if ('password' in request) await byPassword(identity, request.password, deps);
  else await byCode(identity, request, deps);
  await deps.sessions.reauthenticated(identity, epochSeconds(deps.clock.now()));
}

async function byPassword({ userId }: Identity, password: string, deps: Deps): Promise<void> {
  const credentials = await deps.accounts.credentials(userId);
  if (!credentials) throw new AppError('auth.session_ended');
  await checkPresentPassword(credentials, password, deps);
}

/** Whose code it was is not enough: the address may have changed hands since it was sent. */
async function byCode({ userId }: Identity, request: CodeAnswer, deps: Deps): Promise<void> {
  const to = addressOf(request);
  const { challenge_id: challengeId, code } = request;
  const proven = await checkCode({ purpose: 'login', to, userId: null, challengeId, code }, deps);
  const holder = await deps.accounts.holder(to);
  if (proven.userId !== userId || holder?.userId !== userId) throw new AppError('auth.code_invalid');
}
