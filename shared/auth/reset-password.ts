import type { AccountEvents } from '../account-events/account-events.ts';
import type { Clock } from '../clock.ts';
import { checkCode } from '../codes/check-code.ts';
import type { CodeStore } from '../codes/code-store.ts';
import { AppError } from '../errors.ts';
import type { UserStore } from '../users/user-store.ts';
import { endingSessions, notifyOwner, type Warn } from './account-changes.ts';
import type { AccountStore, Address } from './account-store.ts';
import { checkNewPassword } from './new-password.ts';
import { hashPassword } from './password.ts';
import type { SessionStore } from './session.ts';

export interface ResetPasswordDeps {
  readonly accounts: Pick<AccountStore, 'holder' | 'reclaim'>;
  readonly codes: CodeStore;
  readonly sessions: Pick<SessionStore, 'list'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly events: AccountEvents;
  readonly clock: Clock;
  readonly warn: Warn;
}

/**
 * Sets a new password with a code and ends every session; signing in is another step, with the second factor where there is
 * one. Who proves an address that the account had only named gets the account as if it were new: what its maker set goes.
 * Throws `auth.code_invalid` and `auth.password_common`.
 */
export async function resetPassword(
  answer: { to: Address; challengeId: string; code: string; newPassword: string },
  deps: ResetPasswordDeps,
): Promise<void> {
  const { to, challengeId, code, newPassword } = answer;
  // Before the code, which works once; and without a word of the account, which the caller may not know yet.
  checkNewPassword(newPassword, to.channel === 'email' ? { email: to.address } : {});
  const { userId } = await checkCode({ purpose: 'reset', to, userId: null, challengeId, code }, deps);
  const holder = await deps.accounts.holder(to);
  const profile = await deps.users.get(userId);
  if (holder?.userId !== userId || !profile) throw new AppError('auth.code_invalid');
  checkNewPassword(newPassword, profile);
  const change = { passwordHash: await hashPassword(newPassword), forgetFactors: !holder.verified };
  const ended = await endingSessions(
    userId,
    undefined,
    () => deps.accounts.reclaim(userId, to, change),
    deps,
  );
  if (!ended) throw new AppError('auth.code_invalid');
  const notice = holder.verified ? 'password_changed' : 'account_reclaimed';
  if (profile.emailVerified || to.channel === 'email') await notifyOwner(notice, profile, deps);
}
