/** Trap A3: what can be learned from an answer about who has an account. The time that argon2 takes is counted in calls. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type AccountWorld, accountWorld } from '../../test/support/account-world.ts';
import { passwordCalls } from '../../test/support/cheap-passwords.ts';
import { emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import { requestCode } from '../codes/request-code.ts';
import { AppError } from '../errors.ts';
import type { Address } from './account-store.ts';
import { logIn } from './log-in.ts';
import { logInByCode } from './log-in-by-code.ts';
import { register } from './register.ts';
import { resetPassword } from './reset-password.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const device = { ip: '203.0.113.7', userAgent: 'test' };
const phone = phoneOf('345678');

/** Every state in which an address can be. */
const states = {
  unknown: async () => undefined,
  'named by one account': async (world) => void (await world.signUp('anna')),
  'named by two accounts': async (world) => {
    await world.signUp('anna');
    await world.signUp('other', { email: 'anna@example.org' });
  },
  'proven, with a number': async (world) => {
    const { identity, email_verification } = await world.signUp('anna');
    const to = emailOf('anna');
    await world.verify(identity, { to, challengeId: email_verification.challenge_id, code: world.read(to) });
    const request = await world.ask('verify', phone, identity.userId);
    await world.verify(identity, { ...request, code: world.read(phone) });
    world.factors.set(identity.userId, 'the factor');
  },
  'of an account without a password': async (world) => {
    const { identity } = await world.signUp('anna');
    const change = { passwordHash: undefined, forgetFactors: true };
    await world.accounts.reclaim(identity.userId, emailOf('anna'), change);
  },
} satisfies Record<string, (world: AccountWorld) => Promise<void>>;

/** The same dependencies, with a record of which of their methods are called. */
function watched(world: AccountWorld) {
  const calls: string[] = [];
  const deps = Object.fromEntries(
    Object.entries(world.deps).map(([name, dep]) => [
      name,
      typeof dep !== 'object'
        ? dep
        : new Proxy(dep, {
            get(target, method, receiver) {
              const member: unknown = Reflect.get(target, method, receiver);
              if (typeof member === 'function') calls.push(`${name}.${String(method)}`);
              return member;
            },
          }),
    ]),
  ) as typeof world.deps;
  return { deps, calls };
}

/** Form without content: the keys and the kinds of values of an answer. */
function shape(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]));
}

type Step = (world: AccountWorld, deps: AccountWorld['deps']) => Promise<unknown>;

/** What a caller sees, and what it took. */
async function observe(prepare: (world: AccountWorld) => Promise<void>, step: Step) {
  const world = await accountWorld();
  await prepare(world);
  const { deps, calls } = watched(world);
  Object.assign(passwordCalls, { hashed: 0, verified: 0 });
  const answer = await step(world, deps).then(shape, (error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    return { refused: error.code, message: error.message };
  });
  return { answer, calls, passwords: { ...passwordCalls } };
}

const withCode = (purpose: 'login' | 'reset', to: Address) => async (world: AccountWorld) => {
  const request = await world.ask(purpose, to);
  return { ...request, code: '000000' };
};

const steps: Record<string, Step> = {
  'logging in with a wrong password': (_world, deps) =>
    logIn({ email: 'anna@example.org', password: 'wrong password', device }, deps),
  'logging in with no password at all': (_world, deps) =>
    logIn({ email: 'anna@example.org', password: '', device }, deps),
  'signing up': (_world, deps) => {
    const names = { handle: 'newcomer', display_name: 'Newcomer' };
    const request = { email: 'anna@example.org', password: 'correct horse battery', ...names };
    return register({ request, device }, deps);
  },
  'asking for a code by e-mail': (_world, deps) =>
    requestCode({ purpose: 'login', to: emailOf('anna'), userId: null, ip: device.ip }, deps),
  'asking for a code by SMS': (_world, deps) =>
    requestCode({ purpose: 'login', to: phone, userId: null, ip: device.ip }, deps),
  'having forgotten the password': (_world, deps) =>
    requestCode({ purpose: 'reset', to: emailOf('anna'), userId: null, ip: device.ip }, deps),
  'logging in with a wrong code': async (world, deps) =>
    logInByCode({ ...(await withCode('login', emailOf('anna'))(world)), device }, deps),
  'logging in with a wrong SMS code': async (world, deps) =>
    logInByCode({ ...(await withCode('login', phone)(world)), device }, deps),
  'resetting the password with a wrong code': async (world, deps) =>
    resetPassword(
      { ...(await withCode('reset', emailOf('anna'))(world)), newPassword: 'correct horse battery' },
      deps,
    ),
};

describe('ASVS 6.3.8: [A3] nobody learns whether an address is known by', () => {
  beforeEach(() => Object.assign(passwordCalls, { hashed: 0, verified: 0 }));

  describe.each(Object.entries(steps))('%s', (_name, step) => {
    it.each(Object.entries(states))('when it is %s', async (_state, prepare) => {
      const unknown = await observe(states.unknown, step);
      expect(unknown.calls.length).toBeGreaterThan(0);
      expect(await observe(prepare, step)).toEqual(unknown);
    });
  });

  it('the number of hashes: signing in checks exactly two', async () => {
    const step = steps['logging in with a wrong password'] ?? (() => Promise.resolve());
    for (const prepare of Object.values(states)) {
      expect((await observe(prepare, step)).passwords).toEqual({ hashed: 0, verified: 2 });
    }
  });
});
