import { describe, expect, it, vi } from 'vitest';
import { type AccountWorld, accountWorld, goodPassword } from '../../test/support/account-world.ts';
import { emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import { AppError } from '../errors.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const to = emailOf('anna');
const phone = phoneOf('345678');
const refused = { code: 'auth.code_invalid' };

async function getCode({ ask, read }: AccountWorld, where = to) {
  return { ...(await ask('login', where)), code: read(where) };
}

/** An account that has proven its address and number. */
async function verified() {
  const world = await accountWorld();
  const { identity, email_verification } = await world.signUp('anna');
  const challengeId = email_verification.challenge_id;
  await world.verify(identity, { to, challengeId, code: world.read(to) });
  const request = await world.ask('verify', phone, identity.userId);
  await world.verify(identity, { ...request, code: world.read(phone) });
  return { world, identity };
}

describe('logInByCode', () => {
  it.each([to, phone])('signs in who can read what goes to the address: $channel', async (where) => {
    const { world, identity } = await verified();
    const tokens = await world.logInByCode(await getCode(world, where));
    expect(tokens).toMatchObject({ user: { user_id: identity.userId } });
    expect(await world.sessions.list(identity.userId)).toHaveLength(2);
    expect(await world.accounts.credentials(identity.userId)).toMatchObject({
      passwordHash: `hash of ${goodPassword}`,
    });
    expect(world.notices().map(({ notice }) => notice)).toEqual(['address_added']);
  });

  it('ASVS 6.5.1: takes a code once', async () => {
    const { world } = await verified();
    const code = await getCode(world);
    await world.logInByCode(code);
    await expect(world.logInByCode(code)).rejects.toMatchObject(refused);
  });

  it('asks for the second factor of a proven account', async () => {
    const { world, identity } = await verified();
    world.factors.set(identity.userId, 'the factor');
    expect(await world.logInByCode(await getCode(world))).toMatchObject({ status: 'second_factor_required' });
  });

  it('signs nobody in with a code that went to who held the address before', async () => {
    const world = await accountWorld();
    await world.signUp('mallory', { email: to.address });
    const code = await getCode(world);
    const owner = await world.signUp('anna');
    const verification = { to, challengeId: owner.email_verification.challenge_id };
    await world.verify(owner.identity, { ...verification, code: world.read(to) });
    await expect(world.logInByCode(code)).rejects.toMatchObject(refused);
  });

  it('leaves no session behind in an account that is reset at that moment', async () => {
    const { world, identity } = await verified();
    const { accounts, sessions, users } = world;
    const slowUsers = {
      ...users,
      async get(userId: string) {
        await accounts.reclaim(identity.userId, to, {
          passwordHash: 'reset meanwhile',
          forgetFactors: false,
        });
        return await users.get(userId);
      },
    };
    await expect(world.logInByCode(await getCode(world, phone), { users: slowUsers })).rejects.toMatchObject(
      refused,
    );
    expect(await sessions.list(identity.userId)).toEqual([]);
  });
});

describe('logInByCode to an address that was only named', () => {
  /** Mallory names Anna's address first, and prepares to stay. */
  async function prepared() {
    const world = await accountWorld();
    const trap = await world.signUp('mallory', { email: to.address });
    const request = await world.ask('verify', phone, trap.identity.userId);
    await world.verify(trap.identity, { ...request, code: world.read(phone) });
    world.factors.set(trap.identity.userId, "mallory's factor");
    return { world, trap };
  }

  it("gives the account to whoever reads the mailbox, and nothing of its maker's opens it any more", async () => {
    const { world, trap } = await prepared();
    const tokens = await world.logInByCode(await getCode(world));
    expect(tokens).toMatchObject({
      user: { user_id: trap.identity.userId, email_verified: true, phone: null },
    });
    expect(await world.sessions.isLive(trap.identity)).toBe(false);
    expect(await world.sessions.list(trap.identity.userId)).toHaveLength(1);
    expect(world.factors.get(trap.identity.userId)).toBeUndefined();
    await expect(world.logIn(to.address)).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    expect(await world.accounts.holder(phone)).toBeUndefined();
  });

  it('takes no SMS code that was on its way to the number of its maker', async () => {
    const { world } = await prepared();
    const sms = await getCode(world, phone);
    await world.logInByCode(await getCode(world));
    await expect(world.logInByCode(sms)).rejects.toMatchObject(refused);
  });

  it('tells the sockets and the mailbox', async () => {
    const { world, trap } = await prepared();
    await world.logInByCode(await getCode(world));
    expect(world.ended()).toEqual([trap.identity.sessionId]);
    expect(world.notices()).toMatchObject([{ notice: 'account_reclaimed', email: to.address }]);
  });

  it('changes nothing when the sockets could not be told', async () => {
    const { world, trap } = await prepared();
    const events = { ...world.events, publish: () => Promise.reject(new AppError('unavailable')) };
    await expect(world.logInByCode(await getCode(world), { events })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await world.sessions.isLive(trap.identity)).toBe(true);
    expect(await world.accounts.holder(to)).toMatchObject({ verified: false });
  });

  it('stands also when the mail about it cannot be sent', async () => {
    const { world } = await prepared();
    const publish: typeof world.events.publish = (event) =>
      event.name === 'account.notice'
        ? Promise.reject(new AppError('unavailable'))
        : world.events.publish(event);
    const tokens = await world.logInByCode(await getCode(world), { events: { ...world.events, publish } });
    expect(tokens).toHaveProperty('access_token');
    expect(world.warnings).toEqual(['an owner was not told: account_reclaimed']);
  });
});
