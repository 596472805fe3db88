import { describe, expect, it, vi } from 'vitest';
import type { ReauthenticateRequest } from '../../events/account-contracts.ts';
import { accountWorld, goodPassword } from '../../test/support/account-world.ts';
import { emailOf } from '../../test/support/in-memory-codes.ts';
import { failureDelays, limits } from '../limits.ts';
import { reauthenticate } from './reauthenticate.ts';
import { requireRecentAuthentication } from './recent-authentication.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const to = emailOf('anna');
const codeInvalid = { code: 'auth.code_invalid' };

/** Anna signed in long ago. */
async function setup() {
  const world = await accountWorld();
  const { identity } = await world.signUp('anna');
  world.clock.advance(limits.recentAuthenticationSeconds * 1_000);
  const isRecent = () =>
    requireRecentAuthentication(identity, world).then(
      () => true,
      () => false,
    );
  const show = (request: ReauthenticateRequest, who = identity) => reauthenticate(who, request, world.deps);
  const loginCode = async (address = to) => {
    const { challengeId } = await world.ask('login', address);
    return { email: address.address, challenge_id: challengeId, code: world.read(address) };
  };
  expect(await isRecent()).toBe(false);
  return { world, identity, isRecent, show, loginCode };
}

describe('reauthenticate', () => {
  it('[I7] takes the password', async () => {
    const { show, isRecent } = await setup();
    await show({ password: goodPassword });
    expect(await isRecent()).toBe(true);
  });

  it('[I7] counts for the session that did it, and for no other', async () => {
    const { world, show, isRecent, identity } = await setup();
    const second = await world.logIn(to.address);
    if (!('session_id' in second)) throw new Error('there is no second factor here');
    await show({ password: goodPassword }, { ...identity, sessionId: second.session_id });
    expect(await isRecent()).toBe(false);
  });

  it.each(['', 'wrong', `${goodPassword} `])('[I7] takes no other password: %j', async (password) => {
    const { show, isRecent } = await setup();
    await expect(show({ password })).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    expect(await isRecent()).toBe(false);
  });

  it('[I9] makes who guesses wait, and the right password as well then', async () => {
    const { world, show, isRecent } = await setup();
    for (let guess = 0; guess < failureDelays['login.pair'].free; guess += 1) {
      await expect(show({ password: 'a guess' })).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    }
    await expect(show({ password: goodPassword })).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: expect.any(Number),
    });
    expect(await isRecent()).toBe(false);
    // The owner signs in somewhere else all the same.
    expect(await world.logIn(to.address)).toHaveProperty('access_token');
    world.clock.advance(failureDelays['login.pair'].firstMs);
    await show({ password: goodPassword });
    expect(await isRecent()).toBe(true);
  });

  it('[I7] takes a code that went to an address of the account, once', async () => {
    const { show, isRecent, loginCode } = await setup();
    const answer = await loginCode();
    await show(answer);
    expect(await isRecent()).toBe(true);
    await expect(show(answer)).rejects.toMatchObject(codeInvalid);
  });

  it('[I7] takes no code of another account, though it is right', async () => {
    const { world, show, isRecent, loginCode } = await setup();
    await world.signUp('ben');
    await expect(show(await loginCode(emailOf('ben')))).rejects.toMatchObject(codeInvalid);
    expect(await isRecent()).toBe(false);
  });

  it('[I7] takes no code for another purpose, and no wrong one', async () => {
    const { world, show, isRecent, loginCode } = await setup();
    const { challengeId } = await world.ask('reset', to);
    const reset = { email: to.address, challenge_id: challengeId, code: world.read(to) };
    await expect(show(reset)).rejects.toMatchObject(codeInvalid);
    await expect(show({ ...(await loginCode()), code: 'x' })).rejects.toMatchObject(codeInvalid);
    expect(await isRecent()).toBe(false);
  });

  it('[I7] takes no code of an address that is somebody else’s by now', async () => {
    const { world, show, isRecent, loginCode } = await setup();
    const answer = await loginCode();
    const ben = await world.signUp('ben');
    await world.accounts.verify(ben.identity, to);
    await expect(show(answer)).rejects.toMatchObject(codeInvalid);
    expect(await isRecent()).toBe(false);
  });

  it('takes nothing from somebody whose account is gone', async () => {
    const { show } = await setup();
    const gone = { userId: 'u_GONE', sessionId: 's_GONE' };
    await expect(show({ password: goodPassword }, gone)).rejects.toMatchObject({
      code: 'auth.session_ended',
    });
  });
});
