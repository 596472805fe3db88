/** Everything that the use cases of signing up and in need, in memory; the queue is worked off after every step. */
import type { AccountNotice } from '../../events/account-event.ts';
import { type Identity, verifyAccessToken } from '../../shared/auth/access-token.ts';
import type { Address } from '../../shared/auth/account-store.ts';
import { changePassword } from '../../shared/auth/change-password.ts';
import { logIn } from '../../shared/auth/log-in.ts';
import { logInByCode } from '../../shared/auth/log-in-by-code.ts';
import { openSession } from '../../shared/auth/open-session.ts';
import { register } from '../../shared/auth/register.ts';
import { resetPassword } from '../../shared/auth/reset-password.ts';
import { deriveSigningKeys, type SigningKeys, signingEpoch } from '../../shared/auth/signing-keys.ts';
import { verifyAddressByCode } from '../../shared/auth/verify-address.ts';
import { deliverCode } from '../../shared/codes/deliver-code.ts';
import { requestCode } from '../../shared/codes/request-code.ts';
import { AppError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { countingIds, movableClock, startMs } from './builders.ts';
import { inMemoryAccountStore } from './in-memory-account-store.ts';
import { inMemoryPublicKeyStore } from './in-memory-auth.ts';
import { inMemoryAccountEvents, inMemoryCodeStore, rememberingLimiter } from './in-memory-codes.ts';
import { inMemoryFailures } from './in-memory-failures.ts';
import { codeIn, rememberingMailer, rememberingTexter } from './in-memory-mail.ts';
import { inMemorySessionStore } from './in-memory-session-store.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';
import { seededRandom } from './seeded-random.ts';

const issuer = 'https://chat.example.org';
export const goodPassword = 'correct horse battery staple';

let keys: Promise<SigningKeys> | undefined;
const signingKeys = () => {
  keys ??= deriveSigningKeys('root of the accounts under test, long', signingEpoch(startMs));
  return keys;
};

export type AccountWorld = Awaited<ReturnType<typeof accountWorld>>;

export async function accountWorld(seed = 1) {
  const clock = movableClock();
  const users = inMemoryUserStore();
  const sessions = inMemorySessionStore(clock);
  const factors = inMemoryFactors();
  const events = inMemoryAccountEvents(clock);
  const publicKeys = inMemoryPublicKeyStore(clock);
  const { kid, publicJwk, expiresAt } = await signingKeys();
  await publicKeys.publish(kid, publicJwk, expiresAt);
  const random = seededRandom(seed);
  const warnings: string[] = [];
  const deps = {
    clock,
    users,
    sessions,
    events,
    issuer,
    keys: await signingKeys(),
    accounts: inMemoryAccountStore({ users, sessions, forgetFactor: factors.forget }),
    secondFactor: factors,
    failures: inMemoryFailures(clock),
    codes: inMemoryCodeStore(),
    limiter: rememberingLimiter(),
    ids: countingIds(),
    mailer: rememberingMailer(),
    texter: rememberingTexter(),
    randomInt: (min: number, max: number) => min + Math.floor(random() * (max - min)),
    webUrl: issuer,
    warn: (message: string) => void warnings.push(message),
  };

  let handled = 0;
  let working = Promise.resolve();
  /** What functions/consumers/process-account-events does with codes and sessions, one event after the other. */
  function workOff(): Promise<void> {
    working = working.then(async () => {
      for (; handled < events.published.length; handled += 1) {
        const event = events.published[handled];
        if (event?.name === 'code.requested') await deliverCode(event, deps);
        if (event?.name === 'sessions.ended') await sessions.end(event.user_id, event.session_ids);
      }
    });
    return working;
  }
  async function afterwards<T>(step: Promise<T>): Promise<T> {
    try {
      return await step;
    } finally {
      await workOff();
    }
  }

  const whoIs = (token: string) => verifyAccessToken(token, { publicKeys, issuer, clock });
  const device = (ip = '203.0.113.7') => ({ ip, userAgent: 'test' });
  const read = ({ channel, address }: Address) =>
    codeIn(channel === 'email' ? deps.mailer.last(address).text : deps.texter.last(address).text);
  /** Asks for a code; who can read the mailbox reads it, everybody else guesses. */
  async function ask(purpose: 'login' | 'reset' | 'verify', to: Address, userId: string | null = null) {
    const { challenge_id } = await afterwards(requestCode({ purpose, to, userId, ip: '203.0.113.7' }, deps));
    return { to, challengeId: challenge_id };
  }

  type Code = { readonly to: Address; readonly challengeId: string; readonly code: string };
  async function signUp(
    name: string,
    { ip, ...given }: { email?: string; password?: string; handle?: string; ip?: string } = {},
  ) {
    const defaults = { email: `${name}@example.org`, handle: name, display_name: name };
    const request = { ...defaults, password: goodPassword, ...given };
    const tokens = await afterwards(register({ request, device: device(ip) }, deps));
    return { ...tokens, identity: await whoIs(tokens.access_token) };
  }
  const signIn = (
    email: string,
    password = goodPassword,
    more: { ip?: string; deps?: Partial<typeof deps> } = {},
  ) => afterwards(logIn({ email, password, device: device(more.ip) }, { ...deps, ...more.deps }));
  const answerFactor = async (challengeId: string, secret: string) => {
    const { userId, checked } = factors.answer(challengeId, secret);
    return await openSession(userId, { device: device(), checked, refusal: 'auth.code_invalid' }, deps);
  };

  return {
    deps,
    ...deps,
    factors,
    warnings,
    whoIs,
    ask,
    read,
    workOff,
    signUp,
    logIn: signIn,
    answerFactor,
    notices: () =>
      events.published.filter((event): event is AccountNotice => event.name === 'account.notice'),
    ended: () =>
      events.published.flatMap((event) => (event.name === 'sessions.ended' ? event.session_ids : [])),
    logInByCode: (answer: Code, more: Partial<typeof deps> = {}) =>
      afterwards(logInByCode({ ...answer, device: device() }, { ...deps, ...more })),
    resetPassword: (answer: Code & { newPassword: string }, more: Partial<typeof deps> = {}) =>
      afterwards(resetPassword(answer, { ...deps, ...more })),
    changePassword: (
      identity: Identity,
      passwords: { current_password?: string; new_password: string },
      more: Partial<typeof deps> = {},
    ) => afterwards(changePassword(identity, passwords, { ...deps, ...more })),
    verify: (identity: Identity, answer: Code) => afterwards(verifyAddressByCode(identity, answer, deps)),
  };
}

/** A second factor that is one word. */
function inMemoryFactors() {
  const secrets = new Map<string, string>();
  const challenges = new Map<string, { userId: string; checked: { passwordHash: string } | undefined }>();
  return {
    set: (userId: string, secret: string) => void secrets.set(userId, secret),
    get: (userId: string) => secrets.get(userId),
    forget: (userId: string) => void secrets.delete(userId),
    async challenge(userId: string, checked?: { passwordHash: string }) {
      if (!secrets.has(userId)) return undefined;
      const challenge_id = `factor challenge ${challenges.size + 1}`;
      challenges.set(challenge_id, { userId, checked });
      const status = 'second_factor_required' as const;
      return { status, challenge_id, expires_in: limits.secondFactorTtlSeconds };
    },
    answer(challengeId: string, secret: string) {
      const challenge = challenges.get(challengeId);
      if (!challenge || secrets.get(challenge.userId) !== secret) throw new AppError('auth.code_invalid');
      challenges.delete(challengeId);
      return challenge;
    },
  };
}
