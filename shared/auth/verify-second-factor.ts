import type { AccountEvents } from '../account-events/account-events.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import type { UserStore } from '../users/user-store.ts';
import { notifyOwner, type Warn } from './account-changes.ts';
import type { Failures } from './failures.ts';
import { matchingRecoveryHash } from './recovery-codes.ts';
import type {
  ActiveSecondFactor,
  FactorChallenge,
  FactorProof,
  SecondFactorStore,
} from './second-factor-store.ts';
import type { SecretBox } from './secret-box.ts';
import { isTotpCode, matchingStep, newTotpSecret } from './totp.ts';

export interface VerifySecondFactorDeps {
  readonly factors: Pick<SecondFactorStore, 'get' | 'getChallenge' | 'takeTry' | 'spend'>;
  readonly box: SecretBox;
  readonly failures: Pick<Failures, 'attempt' | 'succeeded'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly events: AccountEvents;
  readonly clock: Clock;
  readonly warn: Warn;
}

/** Who has shown both factors, and the password of the first one, if it was one: see `checked` of openSession. */
export interface ProvenSecondFactor {
  readonly userId: string;
  readonly checked: { readonly passwordHash: string } | undefined;
}

/**
 * Answers a challenge with a code of the authenticator app or a recovery code. Code and challenge work once, together.
 * Throws `auth.code_invalid` for every failure, with one message and after the same work, an invented challenge included;
 * `rate_limited` after too many of them, whichever challenges they were made at, before the code is looked at and
 * without costing a try.
 */
export async function verifySecondFactor(
  { challengeId, code }: { challengeId: string; code: string },
  deps: VerifySecondFactorDeps,
): Promise<ProvenSecondFactor> {
  const challengeHash = sha256(challengeId);
  const challenge = await deps.factors.getChallenge(challengeHash);
  // An invented challenge stands for nobody, whose failures are counted all the same.
  const userId = challenge?.userId ?? challengeHash;
  await deps.failures.attempt('factor.account', userId);
  const proof = await prove(challengeHash, userId, code, deps);
  if (!challenge || !proof) throw new AppError('auth.code_invalid');
  await deps.failures.succeeded('factor.account', userId);
  if (proof.kind === 'recovery') await tellOwner(userId, deps);
  return { userId, checked: checkedPassword(challenge) };
}

async function prove(
  challengeHash: string,
  userId: string,
  code: string,
  deps: VerifySecondFactorDeps,
): Promise<FactorProof | undefined> {
  const hasTry = await deps.factors.takeTry(challengeHash, epochSeconds(deps.clock.now()));
  const factor = await deps.factors.get(userId);
  const active = factor?.status === 'active' ? factor : undefined;
  const typed = code.replace(/\s/g, '');
  const proof = isTotpCode(typed)
    ? await totpProof(typed, userId, active, deps)
    : recoveryProof(code, active);
  return hasTry && proof && (await deps.factors.spend(challengeHash, userId, proof)) ? proof : undefined;
}

async function totpProof(
  code: string,
  userId: string,
  factor: ActiveSecondFactor | undefined,
  { box, clock }: VerifySecondFactorDeps,
): Promise<FactorProof | undefined> {
  if (!factor) {
    // Sealing is the work of opening: without a factor there is no less to do.
    await box.seal(standIn, userId);
    matchingStep({ secret: standIn, lastStep: Number.POSITIVE_INFINITY }, code, clock.now());
    return undefined;
  }
  const { sealedSecret, lastStep } = factor;
  const secret = await box.open(sealedSecret, userId);
  const step = matchingStep({ secret, lastStep }, code, clock.now());
  if (step === undefined) return undefined;
  return { kind: 'totp', step, sealedSecret, renewedSecret: await box.renewed(sealedSecret, userId) };
}

const standIn = newTotpSecret((size) => new Uint8Array(size));

function recoveryProof(code: string, factor: ActiveSecondFactor | undefined): FactorProof | undefined {
  const hash = matchingRecoveryHash(factor?.recovery ?? new Set(), code);
  return hash === undefined ? undefined : { kind: 'recovery', hash };
}

function checkedPassword({ passwordHash }: FactorChallenge): ProvenSecondFactor['checked'] {
  return passwordHash === undefined ? undefined : { passwordHash };
}

/** Whoever uses a recovery code has lost the app, or found the list. */
async function tellOwner(userId: string, deps: VerifySecondFactorDeps): Promise<void> {
  const profile = await deps.users.get(userId);
  if (profile?.emailVerified) await notifyOwner('recovery_code_used', profile, deps);
}
