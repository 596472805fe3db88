import type { ChangePasswordRequest } from '../../events/account-contracts.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Identity } from './access-token.ts';
import { endingSessions, notifyOwner, type Warn } from './account-changes.ts';
import type { AccountStore, Credentials } from './account-store.ts';
import type { Failures } from './failures.ts';
import { checkNewPassword } from './new-password.ts';
import { hashPassword } from './password.ts';
import { checkPresentPassword } from './present-password.ts';
import { requireRecentAuthentication } from './recent-authentication.ts';
import type { SessionStore } from './session.ts';

export interface ChangePasswordDeps {
  readonly accounts: Pick<AccountStore, 'credentials' | 'changePassword'>;
  readonly sessions: Pick<SessionStore, 'get' | 'list'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly failures: Failures;
  readonly events: AccountEvents;
  readonly clock: Clock;
  readonly warn: Warn;
}

/**
 * Changes the password, or sets the first one, and ends every other session (ASVS 6.2.3, 7.4.3). Throws
 * `auth.invalid_credentials` for a wrong present password, `auth.reauthentication_required` where there is none and the
 * session has not shown a code lately, `auth.password_common`, and `rate_limited` after too many guesses.
 */
export async function changePassword(
  identity: Identity,
  request: ChangePasswordRequest,
  deps: ChangePasswordDeps,
): Promise<void> {
  const { userId, sessionId } = identity;
  const credentials = await deps.accounts.credentials(userId);
  const profile = await deps.users.get(userId);
  if (!credentials || !profile) throw new AppError('auth.session_ended');
  await confirmOwner(identity, credentials, request.current_password, deps);
  checkNewPassword(request.new_password, profile);
  const passwords = { from: credentials.passwordHash, to: await hashPassword(request.new_password) };
  const change = () => deps.accounts.changePassword(identity, passwords);
  // Undefined: the password was changed, or the session ended, while we looked.
  if (!(await endingSessions(userId, sessionId, change, deps)))
    throw new AppError('auth.invalid_credentials');
  if (profile.emailVerified) await notifyOwner('password_changed', profile, deps);
}

async function confirmOwner(
  identity: Identity,
  credentials: Credentials,
  password: string | undefined,
  deps: ChangePasswordDeps,
): Promise<void> {
  if (credentials.passwordHash === undefined) await requireRecentAuthentication(identity, deps);
  else await checkPresentPassword(credentials, password ?? '', deps);
}
