import { describe, expect, it, vi } from 'vitest';
import { type AccountWorld, accountWorld, goodPassword } from '../../test/support/account-world.ts';
import { emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import { AppError } from '../errors.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const to = emailOf('anna');
const phone = phoneOf('345678');
const newPassword = 'a better battery staple';
const refused = { code: 'auth.code_invalid' };

async function proven() {
  const world = await accountWorld();
  const { identity, email_verification } = await world.signUp('anna');
  await world.verify(identity, { to, challengeId: email_verification.challenge_id, code: world.read(to) });
  const request = await world.ask('verify', phone, identity.userId);
  await world.verify(identity, { ...request, code: world.read(phone) });
  return { world, identity };
}

async function answer({ ask, read }: AccountWorld, where = to) {
  return { ...(await ask('reset', where)), code: read(where), newPassword };
}

describe('resetPassword', () => {
  it.each([to, phone])('sets the password with a code, and ends every session: $channel', async (where) => {
    const { world, identity } = await proven();
    world.factors.set(identity.userId, 'the factor');
    await world.resetPassword(await answer(world, where));
    expect(await world.sessions.list(identity.userId)).toEqual([]);
    expect(world.ended()).toEqual([identity.sessionId]);
    await expect(world.logIn(to.address, goodPassword)).rejects.toMatchObject({
      code: 'auth.invalid_credentials',
    });
    // The second factor guards the account still: a mailbox is one factor.
    expect(await world.logIn(to.address, newPassword)).toMatchObject({ status: 'second_factor_required' });
    expect(await world.accounts.holder(phone)).toMatchObject({ userId: identity.userId });
    expect(world.notices().at(-1)).toMatchObject({ notice: 'password_changed', email: to.address });
  });

  it('takes a code once, and no code of another purpose', async () => {
    const { world } = await proven();
    const right = await answer(world);
    await world.resetPassword(right);
    await expect(world.resetPassword(right)).rejects.toMatchObject(refused);
    const login = { ...(await world.ask('login', to)), code: world.read(to), newPassword };
    await expect(world.resetPassword(login)).rejects.toMatchObject(refused);
  });

  it('does not use the code up for a password that is refused', async () => {
    const { world } = await proven();
    const right = await answer(world);
    for (const common of ['password123', 'anna12345', 'confab2026']) {
      await expect(world.resetPassword({ ...right, newPassword: common })).rejects.toMatchObject({
        code: 'auth.password_common',
      });
    }
    await expect(world.resetPassword(right)).resolves.toBeUndefined();
  });

  it("says nothing of the account's words to who has no code", async () => {
    const world = await accountWorld();
    await world.signUp('anna', { handle: 'wanderlust' });
    const right = { ...(await answer(world)), newPassword: 'wanderlust' };
    await expect(world.resetPassword({ ...right, code: 'wrong!' })).rejects.toMatchObject(refused);
    await expect(world.resetPassword(right)).rejects.toMatchObject({ code: 'auth.password_common' });
  });

  it('gives an account that only named the address to its owner, without what its maker set', async () => {
    const world = await accountWorld();
    const trap = await world.signUp('mallory', { email: to.address });
    const request = await world.ask('verify', phone, trap.identity.userId);
    await world.verify(trap.identity, { ...request, code: world.read(phone) });
    world.factors.set(trap.identity.userId, "mallory's factor");
    await world.resetPassword(await answer(world));
    expect(await world.logIn(to.address, newPassword)).toMatchObject({
      user: { user_id: trap.identity.userId, email_verified: true, phone: null },
    });
    expect(await world.sessions.isLive(trap.identity)).toBe(false);
    expect(await world.accounts.holder(phone)).toBeUndefined();
    expect(world.notices()).toMatchObject([{ notice: 'account_reclaimed', email: to.address }]);
  });

  it('refuses a code of who held the address before', async () => {
    const world = await accountWorld();
    await world.signUp('mallory', { email: to.address });
    const late = await answer(world);
    const owner = await world.signUp('anna');
    const challengeId = owner.email_verification.challenge_id;
    await world.verify(owner.identity, { to, challengeId, code: world.read(to) });
    await expect(world.resetPassword(late)).rejects.toMatchObject(refused);
    await expect(world.logIn(to.address)).resolves.toMatchObject({
      user: { user_id: owner.identity.userId },
    });
  });

  it('changes nothing when the sockets could not be told', async () => {
    const { world, identity } = await proven();
    const events = { ...world.events, publish: () => Promise.reject(new AppError('unavailable')) };
    await expect(world.resetPassword(await answer(world), { events })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await world.sessions.isLive(identity)).toBe(true);
    await expect(world.logIn(to.address)).resolves.toHaveProperty('access_token');
  });

  it('stands also when the mail about it cannot be sent', async () => {
    const { world } = await proven();
    const publish: typeof world.events.publish = (event) =>
      event.name === 'account.notice'
        ? Promise.reject(new AppError('unavailable'))
        : world.events.publish(event);
    await world.resetPassword(await answer(world), { events: { ...world.events, publish } });
    await expect(world.logIn(to.address, newPassword)).resolves.toHaveProperty('access_token');
    expect(world.warnings).toEqual(['an owner was not told: password_changed']);
  });
});
