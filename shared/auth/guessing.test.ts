import { describe, expect, it, vi } from 'vitest';
import { accountWorld, goodPassword } from '../../test/support/account-world.ts';
import { emailOf } from '../../test/support/in-memory-codes.ts';
import { failureDelays } from '../limits.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const invalid = { code: 'auth.invalid_credentials' };
const address = 'anna@example.org';

describe('guessing passwords', () => {
  const { free, firstMs } = failureDelays['login.pair'];
  const limited = { code: 'rate_limited' };

  it('[A4] is slowed down, for known and unknown addresses alike, before the password is looked at', async () => {
    const { signUp, logIn, clock } = await accountWorld();
    await signUp('anna');
    for (const email of [address, 'nobody@example.org']) {
      for (let guess = 0; guess < free; guess += 1) {
        await expect(logIn(email, `guess ${guess}`)).rejects.toMatchObject(invalid);
      }
      await expect(logIn(email)).rejects.toMatchObject({ ...limited, retryAfterMs: firstMs });
    }
    clock.advance(firstMs);
    await expect(logIn(address)).resolves.toBeDefined();
  });

  it('[A4] from one place does not keep the owner out who is in another, nor ends what they have open', async () => {
    const { signUp, logIn, sessions } = await accountWorld();
    const { identity } = await signUp('anna');
    for (let guess = 0; guess < 20; guess += 1) await logIn(address, 'guess').catch(() => undefined);
    await expect(logIn(address)).rejects.toMatchObject(limited);
    await expect(logIn(address, goodPassword, { ip: '198.51.100.1' })).resolves.toBeDefined();
    expect(await sessions.isLive(identity)).toBe(true);
  });

  it('[A4] from everywhere at once is slowed down per account; living sessions and codes are not', async () => {
    const { signUp, logIn, logInByCode, ask, read, sessions } = await accountWorld();
    const { identity } = await signUp('anna');
    for (let index = 0; index < failureDelays['login.account'].free; index += 1) {
      await logIn(address, 'guess', { ip: `198.51.100.${index}` }).catch(() => undefined);
    }
    await expect(logIn(address, goodPassword, { ip: '192.0.2.1' })).rejects.toMatchObject(limited);
    expect(await sessions.isLive(identity)).toBe(true);
    const code = { ...(await ask('login', emailOf('anna'))), code: read(emailOf('anna')) };
    await expect(logInByCode(code)).resolves.toHaveProperty('access_token');
  });

  it('is forgiven by a success', async () => {
    const { signUp, logIn } = await accountWorld();
    await signUp('anna');
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 0; guess < free - 1; guess += 1) {
        await expect(logIn(address, 'typing error')).rejects.toMatchObject(invalid);
      }
      await expect(logIn(address)).resolves.toBeDefined();
    }
  });

  it('from one IP at many accounts is slowed down, also with sign-ins of the guesser in between', async () => {
    const { signUp, logIn } = await accountWorld();
    await signUp('mallory');
    const ip = '198.51.100.9';
    let guesses = 0;
    for (let index = 0; index < 200; index += 1) {
      const outcome = await logIn(`victim${index}@example.org`, 'guess', { ip }).catch((error) => error.code);
      if (outcome === 'auth.invalid_credentials') guesses += 1;
      await logIn('mallory@example.org', goodPassword, { ip }).catch(() => undefined);
    }
    expect(guesses).toBeLessThanOrEqual(failureDelays['login.ip'].free);
  });

  it('does not slow down an office in which many sign in rightly', async () => {
    const { signUp, logIn } = await accountWorld();
    await signUp('anna');
    for (let index = 0; index < failureDelays['login.ip'].free + 5; index += 1) {
      await expect(logIn(address)).resolves.toBeDefined();
    }
  });

  it('from all addresses of one IPv6 network is guessing from one place', async () => {
    const { signUp, logIn } = await accountWorld();
    await signUp('anna');
    for (let guess = 0; guess < free; guess += 1) {
      await expect(logIn(address, 'x', { ip: `2001:db8:1:2::${guess}` })).rejects.toMatchObject(invalid);
    }
    await expect(logIn(address, 'x', { ip: '2001:db8:1:2:ff::1' })).rejects.toMatchObject(limited);
  });

  it('that is refused makes nobody else wait longer', async () => {
    const { signUp, logIn, failures } = await accountWorld();
    await signUp('anna');
    for (let guess = 0; guess < 100; guess += 1) await logIn(address, 'x').catch(() => undefined);
    const account = failureDelays['login.account'];
    for (let left = account.free - free; left > 0; left -= 1)
      await failures.attempt('login.account', address);
    await expect(failures.attempt('login.account', address)).rejects.toMatchObject({
      ...limited,
      retryAfterMs: account.firstMs,
    });
  });
});
