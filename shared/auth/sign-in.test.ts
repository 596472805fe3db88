import { describe, expect, it } from 'vitest';
import { registerResponse, tokensResponse } from '../../events/account-contracts.ts';
import { accountWorld, goodPassword } from '../../test/support/account-world.ts';
import { aProfile, aSession } from '../../test/support/builders.ts';
import { emailOf } from '../../test/support/in-memory-codes.ts';
import { AppError } from '../errors.ts';
import { needsRehash, verifyPassword } from './password.ts';

const invalid = { code: 'auth.invalid_credentials', message: 'E-mail or password is wrong' };
const address = 'anna@example.org';

describe('register', () => {
  it('creates an account and signs it in', async () => {
    const { signUp, sessions } = await accountWorld();
    const { identity, ...answer } = await signUp('anna', { email: 'Anna@Example.org' });
    expect(registerResponse.parse(answer)).toMatchObject({
      user: { handle: 'anna', email: 'Anna@Example.org', email_verified: false, phone: null },
      expires_in: 900,
      email_verification: { expires_in: 600 },
    });
    expect(identity).toEqual({ userId: answer.user.user_id, sessionId: answer.session_id });
    expect(await sessions.isLive(identity)).toBe(true);
    expect(await sessions.get(identity)).toMatchObject({ device: { ip: '203.0.113.7', userAgent: 'test' } });
  });

  it('mails a code that proves the address', async () => {
    const { signUp, read, verify, accounts } = await accountWorld();
    const { identity, email_verification } = await signUp('anna');
    const to = emailOf('anna');
    const user = await verify(identity, { to, challengeId: email_verification.challenge_id, code: read(to) });
    expect(user).toMatchObject({ email: address, emailVerified: true });
    expect(await accounts.holder(to)).toMatchObject({ userId: identity.userId, verified: true });
  });

  it('ASVS 6.3.8: gives whoever names a known address an account of their own, and tells its owner', async () => {
    const { signUp, read, verify, accounts, mailer } = await accountWorld();
    const { identity, email_verification } = await signUp('anna');
    const to = emailOf('anna');
    await verify(identity, { to, challengeId: email_verification.challenge_id, code: read(to) });
    const other = await signUp('mallory', { email: 'ANNA@example.org' });
    expect(other.identity.userId).not.toBe(identity.userId);
    expect(other.user).toMatchObject({ email: 'ANNA@example.org', email_verified: false });
    expect(mailer.last(address).text).not.toMatch(/\d{6}/);
    expect(await accounts.holder(to)).toMatchObject({ userId: identity.userId });
  });

  it('refuses a handle that is taken, in whatever form', async () => {
    const { signUp } = await accountWorld();
    await signUp('anna');
    for (const handle of ['anna', 'ANNA', 'ａｎｎａ']) {
      await expect(signUp('other', { handle })).rejects.toMatchObject({ code: 'auth.handle_taken' });
    }
  });

  it.each(['all', 'Here', 'everyone', 'channel', 'ADMIN', 'administrator', 'ｓystem', 'confab', 'support'])(
    'keeps the handle %j for nobody',
    async (handle) => {
      const { signUp, accounts } = await accountWorld();
      await expect(signUp('anna', { handle })).rejects.toMatchObject({ code: 'auth.handle_taken' });
      expect(await accounts.candidates(address)).toEqual([]);
    },
  );

  it.each(['password', 'anna1999', 'Confab123', address])('refuses the password %j', async (password) => {
    const { signUp, accounts } = await accountWorld();
    await expect(signUp('anna', { password })).rejects.toMatchObject({ code: 'auth.password_common' });
    expect(await accounts.candidates(address)).toEqual([]);
  });

  it.each([new AppError('unavailable'), new Error('socket hang up')])(
    'has made the account also when no code can be asked for: %s',
    async (failure) => {
      const world = await accountWorld();
      Object.assign(world.events, { publish: () => Promise.reject(failure) });
      const { identity, email_verification } = await world.signUp('anna');
      expect(await world.sessions.isLive(identity)).toBe(true);
      expect(email_verification).toEqual({ challenge_id: expect.stringMatching(/^.{43}$/), expires_in: 600 });
    },
  );
});

describe('logIn', () => {
  it('opens a session of its own, beside the others', async () => {
    const { signUp, logIn, sessions, whoIs } = await accountWorld();
    const first = await signUp('anna');
    const second = tokensResponse.parse(await logIn('ANNA@example.org'));
    expect(second.user).toEqual(first.user);
    expect(second.session_id).not.toBe(first.session_id);
    for (const { access_token } of [first, second]) {
      expect(await sessions.isLive(await whoIs(access_token))).toBe(true);
    }
  });

  it('says the same whether the address or the password is wrong', async () => {
    const { signUp, logIn } = await accountWorld();
    await signUp('anna');
    await expect(logIn(address, 'wrong')).rejects.toMatchObject(invalid);
    await expect(logIn('nobody@example.org')).rejects.toMatchObject(invalid);
    await expect(logIn('\uFDFA'.repeat(254))).rejects.toMatchObject(invalid);
    await expect(logIn('')).rejects.toMatchObject(invalid);
  });

  it('signs in whoever of two that named an address has the password', async () => {
    const { signUp, logIn } = await accountWorld();
    const holder = await signUp('anna');
    const claimant = await signUp('other', { email: address, password: 'another good password' });
    expect(await logIn(address)).toMatchObject({ user: { user_id: holder.user.user_id } });
    expect(await logIn(address, 'another good password')).toMatchObject({
      user: { user_id: claimant.user.user_id },
    });
    await expect(logIn(address, 'a third password')).rejects.toMatchObject(invalid);
  });

  it('signs nobody in with the password of an account that has none', async () => {
    const { signUp, logIn, accounts } = await accountWorld();
    const { identity } = await signUp('anna');
    await accounts.reclaim(identity.userId, emailOf('anna'), {
      passwordHash: undefined,
      forgetFactors: true,
    });
    for (const password of [goodPassword, '', 'undefined']) {
      await expect(logIn(address, password)).rejects.toMatchObject(invalid);
    }
  });

  it('does not open a session with a password that is changed at that moment', async () => {
    const { signUp, logIn, accounts, sessions, users } = await accountWorld();
    const { identity } = await signUp('anna');
    const from = (await accounts.credentials(identity.userId))?.passwordHash;
    const slowUsers = {
      ...users,
      async get(userId: string) {
        await accounts.changePassword(identity, { from, to: 'changed meanwhile' });
        return await users.get(userId);
      },
    };
    await expect(logIn(address, goodPassword, { deps: { users: slowUsers } })).rejects.toMatchObject(invalid);
    expect(await sessions.list(identity.userId)).toHaveLength(1);
  });

  it('asks for the second factor, and opens no session before it', async () => {
    const { signUp, logIn, factors, sessions, answerFactor } = await accountWorld();
    const { identity } = await signUp('anna');
    factors.set(identity.userId, 'the factor');
    const outcome = await logIn(address);
    expect(outcome).toMatchObject({ status: 'second_factor_required', expires_in: 600 });
    expect(outcome).not.toHaveProperty('access_token');
    expect(await sessions.list(identity.userId)).toHaveLength(1);
    if ('challenge_id' in outcome) await answerFactor(outcome.challenge_id, 'the factor');
    expect(await sessions.list(identity.userId)).toHaveLength(2);
  });

  it('opens no session for an answer to a challenge of a password that was changed since', async () => {
    const { signUp, logIn, factors, changePassword, answerFactor } = await accountWorld();
    const { identity } = await signUp('anna');
    factors.set(identity.userId, 'the factor');
    const outcome = await logIn(address);
    const passwords = { current_password: goodPassword, new_password: 'a better battery staple' };
    await changePassword(identity, passwords);
    const challengeId = 'challenge_id' in outcome ? outcome.challenge_id : '';
    await expect(answerFactor(challengeId, 'the factor')).rejects.toMatchObject({
      code: 'auth.code_invalid',
    });
  });

  it('signs nobody in to an account that was erased', async () => {
    const { signUp, logIn, users } = await accountWorld();
    const { identity } = await signUp('anna');
    const profile = await users.get(identity.userId);
    if (profile) await users.erase(profile, '2026-03-01T12:00:00.000Z');
    await expect(logIn(address)).rejects.toMatchObject(invalid);
  });

  it('makes a better hash when the parameters have become better', async () => {
    const { logIn, accounts } = await accountWorld();
    const passwordHash = '$argon2id$v=19$m=256,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$QPGb/9M4COKeJTpXVJRTOg';
    const profile = aProfile('old');
    await accounts.create({ profile, passwordHash, session: aSession({ userId: profile.userId }) });
    await expect(logIn(profile.email, 'not it')).rejects.toMatchObject(invalid);
    expect(await accounts.credentials(profile.userId)).toMatchObject({ passwordHash });
    await logIn(profile.email, 'old password');
    const better = (await accounts.credentials(profile.userId))?.passwordHash ?? '';
    expect(needsRehash(better)).toBe(false);
    expect(await verifyPassword('old password', better)).toBe(true);
  });
});
