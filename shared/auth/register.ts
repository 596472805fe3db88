import type { ChallengeResponse, RegisterRequest, RegisterResponse } from '../../events/account-contracts.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import { isoTime } from '../clock.ts';
import { requestCode } from '../codes/request-code.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { limits } from '../limits.ts';
import type { UserProfile } from '../users/user.ts';
import type { Warn } from './account-changes.ts';
import type { AccountStore } from './account-store.ts';
import type { SubjectLimiter } from './dynamo-gate.ts';
import { issueTokens, type TokenDeps } from './issue-tokens.ts';
import { checkNewPassword } from './new-password.ts';
import { hashPassword } from './password.ts';
import { isReservedHandle } from './reserved-handles.ts';
import { type Device, newSession } from './session.ts';

interface RegisterDeps extends TokenDeps {
  readonly accounts: Pick<AccountStore, 'create'>;
  readonly ids: Ids;
  readonly events: AccountEvents;
  readonly limiter: SubjectLimiter;
  readonly warn: Warn;
}

/**
 * Creates an account and signs it in, whether or not the address has one already: the answer is the same, and what the
 * mail to the address says tells its owner (ASVS 6.3.8; docs/adr/0007-who-owns-an-address.md).
 * Throws `auth.handle_taken` or `auth.password_common`; then nothing was written.
 */
export async function register(
  { request, device }: { request: RegisterRequest; device: Device & { ip: string } },
  deps: RegisterDeps,
): Promise<RegisterResponse> {
  const { email, password, handle, display_name: displayName } = request;
  checkNewPassword(password, { email, handle, displayName });
  if (isReservedHandle(handle)) throw new AppError('auth.handle_taken');
  const now = deps.clock.now();
  const identity = { userId: deps.ids.user(), sessionId: deps.ids.session() };
  const { userId } = identity;
  const profile = { userId, handle, displayName, email, emailVerified: false, createdAt: isoTime(now) };
  const refreshSecret = deps.ids.secret();
  const outcome = await deps.accounts.create({
    profile,
    passwordHash: await hashPassword(password),
    session: newSession(identity, refreshSecret, now, device),
  });
  if (outcome !== 'created') throw new AppError(`auth.${outcome}`);
  const tokens = await issueTokens(profile, identity, refreshSecret, deps);
  return { ...tokens, email_verification: await requestVerification(profile, device.ip, deps) };
}

/** The account is there: whatever fails here, a code can be asked for again. */
async function requestVerification(
  { userId, email }: UserProfile,
  ip: string,
  deps: RegisterDeps,
): Promise<ChallengeResponse> {
  try {
    const to = { channel: 'email', address: email } as const;
    return await requestCode({ to, purpose: 'verify', userId, signUp: true, ip }, deps);
  } catch (error) {
    deps.warn('no code was requested for a new account', error);
    return { challenge_id: deps.ids.secret(), expires_in: limits.codeTtlSeconds };
  }
}
