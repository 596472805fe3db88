import { describe, expect, it, vi } from 'vitest';
import { tokensResponse } from '../../events/account-contracts.ts';
import { accountWorld, goodPassword } from '../../test/support/account-world.ts';
import { emailOf } from '../../test/support/in-memory-codes.ts';
import { AppError } from '../errors.ts';
import { failureDelays, limits } from '../limits.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const to = emailOf('anna');
const newPassword = 'a better battery staple';
const passwords = { current_password: goodPassword, new_password: newPassword };
const invalid = { code: 'auth.invalid_credentials' };

async function setup() {
  const world = await accountWorld();
  const { identity, email_verification } = await world.signUp('anna');
  await world.verify(identity, {
    to,
    challengeId: email_verification.challenge_id,
    code: world.read(to),
  });
  const other = tokensResponse.parse(await world.logIn(to.address)).session_id;
  return { world, identity, other };
}

/** Signed in by a code, and without a password. */
async function withoutPassword() {
  const world = await accountWorld();
  await world.signUp('anna');
  const code = { ...(await world.ask('login', to)), code: world.read(to) };
  const tokens = tokensResponse.parse(await world.logInByCode(code));
  return { world, identity: await world.whoIs(tokens.access_token) };
}

describe('changePassword', () => {
  it('ASVS 7.4.3: sets the new password, and ends every other session', async () => {
    const { world, identity, other } = await setup();
    await world.changePassword(identity, passwords);
    await expect(world.logIn(to.address, goodPassword)).rejects.toMatchObject(invalid);
    await expect(world.logIn(to.address, newPassword)).resolves.toHaveProperty('access_token');
    expect(await world.sessions.isLive(identity)).toBe(true);
    expect(await world.sessions.isLive({ ...identity, sessionId: other })).toBe(false);
    expect(world.ended()).toEqual([other]);
  });

  it('ASVS 6.3.7: tells the owner', async () => {
    const { world, identity } = await setup();
    await world.changePassword(identity, passwords);
    expect(world.notices()).toMatchObject([{ notice: 'password_changed', email: to.address }]);
  });

  it('tells no address that nobody has proven', async () => {
    const world = await accountWorld();
    const { identity } = await world.signUp('mallory', { email: to.address });
    await world.changePassword(identity, passwords);
    expect(world.notices()).toEqual([]);
  });

  it.each([{ current_password: 'wrong' }, { current_password: '' }, {}])(
    'ASVS 6.2.3: asks for the present password, which is not %j',
    async (given) => {
      const { world, identity, other } = await setup();
      const request = { ...given, new_password: newPassword };
      await expect(world.changePassword(identity, request)).rejects.toMatchObject(invalid);
      expect(await world.sessions.isLive({ ...identity, sessionId: other })).toBe(true);
      expect(world.ended()).toEqual([]);
      await expect(world.logIn(to.address)).resolves.toHaveProperty('access_token');
    },
  );

  it('slows guesses of the present password down, and the sign-in of the owner not', async () => {
    const { world, identity } = await setup();
    const guess = { current_password: 'guess', new_password: newPassword };
    for (let count = 0; count < failureDelays['login.pair'].free; count += 1) {
      await expect(world.changePassword(identity, guess)).rejects.toMatchObject(invalid);
    }
    await expect(world.changePassword(identity, passwords)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(world.logIn(to.address)).resolves.toHaveProperty('access_token');
  });

  it.each(['password123', 'anna2026', 'confab99', 'Anna@example.org'])(
    'refuses %j as the new one',
    async (password) => {
      const { world, identity } = await setup();
      await expect(
        world.changePassword(identity, { ...passwords, new_password: password }),
      ).rejects.toMatchObject({ code: 'auth.password_common' });
    },
  );

  it('does nothing for a session that ended meanwhile', async () => {
    const { world, identity } = await setup();
    await world.sessions.end(identity.userId, [identity.sessionId]);
    await expect(world.changePassword(identity, passwords)).rejects.toMatchObject(invalid);
    await expect(world.logIn(to.address)).resolves.toHaveProperty('access_token');
  });

  it('changes nothing when the sockets could not be told', async () => {
    const { world, identity, other } = await setup();
    const events = { ...world.events, publish: () => Promise.reject(new AppError('unavailable')) };
    await expect(world.changePassword(identity, passwords, { events })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await world.sessions.isLive({ ...identity, sessionId: other })).toBe(true);
    await expect(world.logIn(to.address)).resolves.toHaveProperty('access_token');
  });

  it('publishes also the end of a session that was opened while it looked', async () => {
    const { world, identity, other } = await setup();
    const list = async (userId: string) => {
      const living = await world.sessions.list(userId);
      await world.logIn(to.address);
      return living;
    };
    const deps = { sessions: { ...world.sessions, list } };
    await world.changePassword(identity, passwords, deps);
    expect(world.ended()).toHaveLength(2);
    expect(world.ended()).toContain(other);
    expect((await world.sessions.list(identity.userId)).map(({ sessionId }) => sessionId)).toEqual([
      identity.sessionId,
    ]);
  });
});

describe('changePassword of an account without one', () => {
  it('sets the first one, for a session that has shown a code lately', async () => {
    const { world, identity } = await withoutPassword();
    await world.changePassword(identity, { new_password: newPassword });
    await expect(world.logIn(to.address, newPassword)).resolves.toHaveProperty('access_token');
  });

  it('asks for a code again after a quarter of an hour', async () => {
    const { world, identity } = await withoutPassword();
    const request = { new_password: newPassword };
    world.clock.advance(limits.recentAuthenticationSeconds * 1_000);
    await expect(world.changePassword(identity, request)).rejects.toMatchObject({
      code: 'auth.reauthentication_required',
    });
    await world.sessions.reauthenticated(identity, world.clock.now() / 1_000);
    await expect(world.changePassword(identity, request)).resolves.toBeUndefined();
  });

  it('takes no empty password for one', async () => {
    const { world, identity } = await withoutPassword();
    world.clock.advance(limits.recentAuthenticationSeconds * 1_000);
    await expect(
      world.changePassword(identity, { current_password: '', new_password: newPassword }),
    ).rejects.toMatchObject({ code: 'auth.reauthentication_required' });
  });
});
