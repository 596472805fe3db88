import type { SecondFactorEnrolment, SecondFactorView } from '../../events/account-contracts.ts';
import type { NoticeKind } from '../../events/account-event.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import { type Clock, epochSeconds, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { ownProfile } from '../users/update-profile.ts';
import type { UserStore } from '../users/user-store.ts';
import { notifyOwner, type Warn } from './account-changes.ts';
import type { Failures } from './failures.ts';
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts';
import type { PendingSecondFactor, SecondFactorStore } from './second-factor-store.ts';
import type { SecretBox } from './secret-box.ts';
import { matchingStep, newTotpSecret, otpauthUrl, type RandomBytes } from './totp.ts';

/** What setting up, changing and removing a second factor needs; each of them a part of it. */
export interface SecondFactorDeps {
  readonly factors: SecondFactorStore;
  readonly box: SecretBox;
  readonly failures: Pick<Failures, 'attempt' | 'succeeded'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly events: AccountEvents;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly warn: Warn;
}

type NoticeDeps = Pick<SecondFactorDeps, 'users' | 'events' | 'warn'>;

/**
 * Makes a new secret and shows it, here and never again. It guards nothing until it is confirmed, which must happen while
 * the proof that this took counts as recent. Throws `auth.second_factor_exists`.
 */
export async function startSecondFactor(
  userId: string,
  { factors, box, users, clock, randomBytes }: Omit<SecondFactorDeps, 'failures' | 'events' | 'warn'>,
): Promise<SecondFactorEnrolment> {
  const profile = await ownProfile(userId, { users });
  const secret = newTotpSecret(randomBytes);
  const sealedSecret = await box.seal(secret, userId);
  const isPut = await factors.putPending(userId, { sealedSecret, createdAt: epochSeconds(clock.now()) });
  if (!isPut) throw new AppError('auth.second_factor_exists');
  return { secret, otpauth_url: otpauthUrl(secret, profile.handle) };
}

/**
 * The app shows the right codes: from now on signing in asks for them. Answers the recovery codes, here and never again;
 * the code itself is used up. Throws `auth.code_invalid`, `rate_limited` after too many of those,
 * `auth.second_factor_missing` when nothing waits for a code, and `auth.second_factor_exists`.
 */
export async function confirmSecondFactor(
  userId: string,
  code: string,
  deps: SecondFactorDeps,
): Promise<string[]> {
  const { sealedSecret } = await pendingFactor(userId, deps);
  // Of its own: guesses at the door are not counted here, nor these there.
  const subject = JSON.stringify([userId, 'enrolment']);
  await deps.failures.attempt('factor.account', subject);
  const secret = await deps.box.open(sealedSecret, userId);
  const lastStep = matchingStep({ secret, lastStep: -1 }, code, deps.clock.now());
  if (lastStep === undefined) throw new AppError('auth.code_invalid');
  const codes = newRecoveryCodes(deps.randomBytes);
  const enabledAt = epochSeconds(deps.clock.now());
  const active = { enabledAt, lastStep, recovery: new Set(codes.map(recoveryHash)) };
  // Somebody was faster: with the same code, or with a new secret.
  if (!(await deps.factors.activate(userId, sealedSecret, active))) throw new AppError('auth.code_invalid');
  await deps.failures.succeeded('factor.account', subject);
  await tellOwner('second_factor_enabled', userId, deps);
  return codes;
}

async function pendingFactor(
  userId: string,
  { factors, clock }: Pick<SecondFactorDeps, 'factors' | 'clock'>,
): Promise<PendingSecondFactor> {
  const factor = await factors.get(userId);
  if (factor?.status === 'active') throw new AppError('auth.second_factor_exists');
  const age = epochSeconds(clock.now()) - (factor?.createdAt ?? 0);
  if (!factor || age >= limits.recentAuthenticationSeconds) throw new AppError('auth.second_factor_missing');
  return factor;
}

/** New recovery codes, shown here and never again; the old ones end. Throws `auth.second_factor_missing`. */
export async function renewRecoveryCodes(
  userId: string,
  deps: NoticeDeps & Pick<SecondFactorDeps, 'factors' | 'randomBytes'>,
): Promise<string[]> {
  const codes = newRecoveryCodes(deps.randomBytes);
  const isReplaced = await deps.factors.replaceRecovery(userId, new Set(codes.map(recoveryHash)));
  if (!isReplaced) throw new AppError('auth.second_factor_missing');
  await tellOwner('recovery_codes_renewed', userId, deps);
  return codes;
}

/** Signing in asks for it no more; what waits to be confirmed is forgotten. Throws `auth.second_factor_missing`. */
export async function removeSecondFactor(
  userId: string,
  deps: NoticeDeps & Pick<SecondFactorDeps, 'factors'>,
): Promise<void> {
  const removed = await deps.factors.remove(userId);
  if (!removed) throw new AppError('auth.second_factor_missing');
  if (removed === 'active') await tellOwner('second_factor_disabled', userId, deps);
}

export async function viewSecondFactor(
  userId: string,
  { factors }: Pick<SecondFactorDeps, 'factors'>,
): Promise<SecondFactorView> {
  const factor = await factors.get(userId);
  if (factor?.status !== 'active') return { enabled: false, enabled_at: null, recovery_codes_left: 0 };
  return {
    enabled: true,
    enabled_at: isoTime(factor.enabledAt * 1_000),
    recovery_codes_left: factor.recovery.size,
  };
}

async function tellOwner(notice: NoticeKind, userId: string, deps: NoticeDeps): Promise<void> {
  const profile = await deps.users.get(userId);
  if (profile?.emailVerified) await notifyOwner(notice, profile, deps);
}
