import { describe, expect, it, vi } from 'vitest';
import type { CodeRequest } from '../../events/account-contracts.ts';
import { accountWorld } from '../../test/support/account-world.ts';
import { limits } from '../limits.ts';
import type { Identity } from './access-token.ts';
import { requestAccountCode } from './request-account-code.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const required = { code: 'auth.reauthentication_required' };

async function setup() {
  const world = await accountWorld();
  const { identity } = await world.signUp('anna');
  const ask = (request: CodeRequest, caller: Identity | undefined = identity) =>
    requestAccountCode({ request, identity: caller, ip: '203.0.113.7' }, world.deps);
  const askNobody = (request: CodeRequest) =>
    requestAccountCode({ request, identity: undefined, ip: '203.0.113.7' }, world.deps);
  const before = world.events.published.length;
  const requested = () => world.events.published.slice(before);
  const longAfter = () => world.clock.advance(limits.recentAuthenticationSeconds * 1_000);
  return { world, identity, ask, askNobody, requested, longAfter };
}

describe('asking for a code', () => {
  it('[I4] to sign in is open to everybody, and is nobody’s: signed in or not', async () => {
    const { ask, askNobody, requested, longAfter } = await setup();
    longAfter();
    const request = { email: 'anybody@example.org', purpose: 'login' } as const;
    expect(await askNobody(request)).toEqual({ challenge_id: expect.any(String), expires_in: 600 });
    await ask(request);
    const event = { name: 'code.requested', purpose: 'login', user_id: null, sign_up: false };
    expect(requested()).toMatchObject([event, event]);
  });

  it('[I4] to prove an address needs a session', async () => {
    const { askNobody, requested } = await setup();
    const request = { email: 'anna@example.org', purpose: 'verify' } as const;
    await expect(askNobody(request)).rejects.toMatchObject({ code: 'auth.unauthenticated' });
    expect(requested()).toEqual([]);
  });

  it('[I7] to prove the address that the account names already needs no more than that', async () => {
    const { ask, requested, longAfter, identity } = await setup();
    longAfter();
    await ask({ email: 'ANNA@example.org', purpose: 'verify' });
    expect(requested()).toMatchObject([{ purpose: 'verify', user_id: identity.userId }]);
  });

  it.each([{ email: 'anna@example.net' }, { email: 'ann@example.org' }, { phone: '+4915112345678' }])(
    '[I7] to prove another address needs recent authentication: %j (ASVS 7.5.1)',
    async (address) => {
      const { ask, requested, longAfter, world } = await setup();
      await ask({ ...address, purpose: 'verify' });
      expect(requested()).toHaveLength(1);
      longAfter();
      const { taken } = world.limiter;
      const before = taken.length;
      await expect(ask({ ...address, purpose: 'verify' })).rejects.toMatchObject(required);
      expect(requested()).toHaveLength(1);
      expect(taken).toHaveLength(before);
    },
  );

  it('[I7] to prove the number that the account has already needs no more', async () => {
    const { ask, longAfter, world, identity } = await setup();
    await world.accounts.verify(identity, { channel: 'sms', address: '+4915112345678' });
    longAfter();
    await ask({ phone: '+4915112345678', purpose: 'verify' });
    await expect(ask({ phone: '+4915112345679', purpose: 'verify' })).rejects.toMatchObject(required);
  });

  it('[I11] is nothing for an account that is erased', async () => {
    const { ask, requested, world, identity } = await setup();
    const profile = await world.users.get(identity.userId);
    if (!profile) throw new Error('there is a profile');
    world.users.put({ ...profile, deletedAt: '2026-03-01T12:00:00.000Z' });
    const request = { email: 'anna@example.org', purpose: 'verify' } as const;
    await expect(ask(request)).rejects.toMatchObject({ code: 'auth.session_ended' });
    expect(requested()).toEqual([]);
  });
});
