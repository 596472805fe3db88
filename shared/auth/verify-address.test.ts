import { describe, expect, it, vi } from 'vitest';
import { type AccountWorld, accountWorld } from '../../test/support/account-world.ts';
import { emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import type { Identity } from './access-token.ts';
import type { Address } from './account-store.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const home = emailOf('anna');
const work = emailOf('anna.at.work');
const phone = phoneOf('345678');
const refused = { code: 'auth.code_invalid' };

async function prove({ ask, read, verify }: AccountWorld, identity: Identity, to: Address) {
  return await verify(identity, { ...(await ask('verify', to, identity.userId)), code: read(to) });
}

async function setup() {
  const world = await accountWorld();
  const { identity } = await world.signUp('anna');
  return { world, identity };
}

describe('verifyAddress', () => {
  it('proves the address of the account, and tells nobody', async () => {
    const { world, identity } = await setup();
    expect(await prove(world, identity, home)).toMatchObject({ email: home.address, emailVerified: true });
    expect(await world.users.get(identity.userId)).toMatchObject({ emailVerified: true });
    await prove(world, identity, home);
    expect(world.notices()).toEqual([]);
  });

  it('ASVS 6.3.7: tells the proven address of another one in its place', async () => {
    const { world, identity } = await setup();
    await prove(world, identity, home);
    expect(await prove(world, identity, work)).toMatchObject({ email: work.address, emailVerified: true });
    expect(world.notices()).toMatchObject([
      { notice: 'address_added', user_id: identity.userId, email: home.address },
    ]);
  });

  it('ASVS 6.3.7: tells the proven address of a number', async () => {
    const { world, identity } = await setup();
    await prove(world, identity, home);
    expect(await prove(world, identity, phone)).toMatchObject({ phone: phone.address });
    await prove(world, identity, phone);
    expect(world.notices()).toMatchObject([{ notice: 'address_added', email: home.address }]);
  });

  it('tells no address that nobody has proven: it may be a stranger’s', async () => {
    const { world, identity } = await setup();
    await prove(world, identity, work);
    await prove(world, identity, phone);
    expect(world.notices().map(({ email }) => email)).toEqual([work.address]);
  });

  it('refuses what somebody else has proven meanwhile', async () => {
    const { world, identity } = await setup();
    const { identity: other } = await world.signUp('other', { email: home.address });
    const request = await world.ask('verify', home, identity.userId);
    const code = world.read(home);
    await prove(world, other, home);
    await expect(world.verify(identity, { ...request, code })).rejects.toMatchObject(refused);
  });

  it('is no way back in for whoever lost the account at that moment', async () => {
    const { world, identity } = await setup();
    const request = await world.ask('verify', work, identity.userId);
    const code = world.read(work);
    const login = await world.ask('login', home);
    await world.logInByCode({ ...login, code: world.read(home) });
    await expect(world.verify(identity, { ...request, code })).rejects.toMatchObject(refused);
    expect(await world.accounts.holder(home)).toMatchObject({ userId: identity.userId, verified: true });
    expect(await world.accounts.holder(work)).toBeUndefined();
  });
});
