/** Second factors in memory: the rows, an authenticator app, and all of it put together. */
import { HOTP, Secret } from 'otpauth';
import type { AccountNotice, NoticeKind } from '../../events/account-event.ts';
import {
  confirmSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
  startSecondFactor,
  viewSecondFactor,
} from '../../shared/auth/enrol-second-factor.ts';
import { secondFactorCheck } from '../../shared/auth/second-factor.ts';
import type {
  ActiveSecondFactor,
  FactorChallenge,
  FactorProof,
  SecondFactor,
  SecondFactorStore,
} from '../../shared/auth/second-factor-store.ts';
import { secretBox } from '../../shared/auth/secret-box.ts';
import { verifySecondFactor } from '../../shared/auth/verify-second-factor.ts';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { anna, aProfile, countingIds, movableClock } from './builders.ts';
import { inMemoryAccountEvents } from './in-memory-codes.ts';
import { inMemoryFailures } from './in-memory-failures.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';
import { seededRandom } from './seeded-random.ts';

type ChallengeRow = FactorChallenge & { readonly expiresAt: number; tries: number };

/** `pause` lets others in before each operation; the operations themselves are atomic, as DynamoDB's are. */
export function inMemorySecondFactors(
  pause: () => Promise<unknown> = async () => undefined,
): SecondFactorStore {
  const factors = new Map<string, SecondFactor>();
  const challenges = new Map<string, ChallengeRow>();
  return {
    async get(userId) {
      await pause();
      return factors.get(userId);
    },
    async putPending(userId, pending) {
      await pause();
      if (factors.get(userId)?.status === 'active') return false;
      factors.set(userId, { status: 'pending', ...pending });
      return true;
    },
    async activate(userId, sealedSecret, active) {
      await pause();
      const factor = factors.get(userId);
      if (factor?.status !== 'pending' || factor.sealedSecret !== sealedSecret) return false;
      factors.set(userId, { ...factor, ...active, status: 'active' });
      return true;
    },
    async replaceRecovery(userId, recovery) {
      await pause();
      const factor = factors.get(userId);
      if (factor?.status !== 'active') return false;
      factors.set(userId, { ...factor, recovery: new Set(recovery) });
      return true;
    },
    async remove(userId) {
      await pause();
      const status = factors.get(userId)?.status;
      factors.delete(userId);
      return status;
    },
    async putChallenge(hash, challenge) {
      await pause();
      challenges.set(hash, { ...challenge, tries: 0 });
    },
    async getChallenge(hash) {
      await pause();
      const row = challenges.get(hash);
      return row && { userId: row.userId, passwordHash: row.passwordHash };
    },
    async takeTry(hash, nowSeconds) {
      await pause();
      const row = challenges.get(hash);
      if (!row || row.tries >= limits.codeTriesMax || row.expiresAt <= nowSeconds) return false;
      row.tries += 1;
      return true;
    },
    async spend(hash, userId, proof) {
      await pause();
      const factor = factors.get(userId);
      if (challenges.get(hash)?.userId !== userId || factor?.status !== 'active') return false;
      const left = usedUp(factor, proof);
      if (!left) return false;
      factors.set(userId, left);
      challenges.delete(hash);
      return true;
    },
  };
}

function usedUp(factor: ActiveSecondFactor, proof: FactorProof): ActiveSecondFactor | undefined {
  if (proof.kind === 'recovery') {
    if (!factor.recovery.has(proof.hash)) return undefined;
    return { ...factor, recovery: new Set([...factor.recovery].filter((hash) => hash !== proof.hash)) };
  }
  if (factor.sealedSecret !== proof.sealedSecret || factor.lastStep >= proof.step) return undefined;
  return { ...factor, lastStep: proof.step, sealedSecret: proof.renewedSecret ?? factor.sealedSecret };
}

export const stepMs = 30_000;

/** An app on a phone whose clock is `ahead` so many steps. */
export function authenticatorApp(secret: string, clock: Clock) {
  const key = Secret.fromBase32(secret);
  return {
    code: (ahead = 0) => HOTP.generate({ secret: key, counter: Math.floor(clock.now() / stepMs) + ahead }),
    /** Six digits that are right in none of the steps that count. */
    wrongCode(): string {
      const right = new Set([-2, -1, 0, 1, 2].map((ahead) => this.code(ahead)));
      const wrong = ['000000', '111111', '222222', '333333', '444444', '555555'];
      return wrong.find((one) => !right.has(one)) ?? 'one of six is not among five';
    },
  };
}

interface World {
  readonly factors?: SecondFactorStore;
  readonly seed?: number;
  /** Of the ids: those of two worlds on one table must not meet. */
  readonly prefix?: string;
}

/** Anna with a proven address and Ben without one. `factors` may be a real store. */
export function secondFactorsUnderTest({ seed = 1, prefix = '', ...given }: World = {}) {
  const clock = movableClock();
  const random = seededRandom(seed);
  const roots = ['first root of the second factors under test'];
  const source = { current: async () => roots.at(-1) ?? '', previous: async () => roots.at(-2) };
  const events = inMemoryAccountEvents(clock);
  const warnings: string[] = [];
  const deps = {
    clock,
    events,
    factors: given.factors ?? inMemorySecondFactors(),
    box: secretBox(source, clock),
    failures: inMemoryFailures(clock),
    users: inMemoryUserStore(aProfile('anna', { emailVerified: true }), aProfile('ben')),
    ids: countingIds(prefix),
    randomBytes: (size: number) => Uint8Array.from({ length: size }, () => Math.floor(random() * 256)),
    warn: (message: string) => void warnings.push(message),
  };
  const check = secondFactorCheck(deps);
  const start = (userId = anna) => startSecondFactor(userId, deps);
  const confirm = (code: string, userId = anna) => confirmSecondFactor(userId, code, deps);

  /** The id of a new challenge; throws for an account without a second factor. */
  async function challengeId(userId = anna, checked?: { passwordHash: string }): Promise<string> {
    const required = await check.challenge(userId, checked);
    if (!required) throw new Error('there is no second factor');
    return required.challenge_id;
  }
  /** Sets one up, and waits until the code that confirmed it is over. */
  async function enrol(userId = anna) {
    const { secret } = await start(userId);
    const app = authenticatorApp(secret, clock);
    const recoveryCodes = await confirm(app.code(), userId);
    clock.advance(2 * stepMs);
    return { secret, app, recoveryCodes };
  }

  return {
    ...deps,
    deps,
    warnings,
    replaceRoot: () => void roots.push(`root ${roots.length + 1} of the second factors under test`),
    start,
    confirm,
    renew: (userId = anna) => renewRecoveryCodes(userId, deps),
    remove: (userId = anna) => removeSecondFactor(userId, deps),
    view: (userId = anna) => viewSecondFactor(userId, deps),
    challenge: (userId: string) => check.challenge(userId),
    challengeId,
    verify: (challengeId: string, code: string) => verifySecondFactor({ challengeId, code }, deps),
    enrol,
    notices: (): [NoticeKind, string][] =>
      events.published
        .filter((event): event is AccountNotice => event.name === 'account.notice')
        .map(({ notice, email }) => [notice, email]),
  };
}
