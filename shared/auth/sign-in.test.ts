import { beforeAll, describe, expect, it } from 'vitest';
import type { RegisterRequest } from '../../events/http-contracts.ts';
import { countingIds, movableClock } from '../../test/support/builders.ts';
import {
  inMemoryAccountStore,
  inMemoryPublicKeyStore,
  inMemorySessionStore,
} from '../../test/support/in-memory-auth.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { verifyAccessToken } from './access-token.ts';
import { logIn } from './log-in.ts';
import { refreshSession } from './refresh-session.ts';
import { register } from './register.ts';
import { deriveSigningKeys, type SigningKeys } from './signing-keys.ts';

const issuer = 'https://chat.example.org';
let keys: SigningKeys;
beforeAll(async () => {
  keys = await deriveSigningKeys('s'.repeat(64));
});

const request: RegisterRequest = {
  email: 'Anna@Example.org',
  password: 'correct horse battery staple',
  handle: 'anna',
  display_name: 'Anna',
};

async function setup() {
  const clock = movableClock();
  const users = inMemoryUserStore();
  const sessions = inMemorySessionStore(clock);
  const publicKeys = inMemoryPublicKeyStore();
  await publicKeys.publish(keys.kid, keys.publicJwk);
  const deps = {
    clock,
    users,
    sessions,
    keys,
    issuer,
    accounts: inMemoryAccountStore(users, sessions),
    ids: countingIds(),
  };
  const whoIs = (token: string) => verifyAccessToken(token, { publicKeys, issuer, clock });
  const refresh = (token: string) => refreshSession(token, deps);
  return { deps, clock, sessions, users, whoIs, refresh };
}

describe('register', () => {
  it('creates an account and signs it in', async () => {
    const { deps, sessions, whoIs } = await setup();
    const answer = await register(request, deps);
    expect(answer).toMatchObject({
      user: { handle: 'anna', display_name: 'Anna', email: 'Anna@Example.org' },
      expires_in: 900,
    });
    const identity = await whoIs(answer.access_token);
    expect(identity).toEqual({ userId: answer.user.user_id, sessionId: answer.session_id });
    expect(await sessions.isLive(identity)).toBe(true);
  });

  it.each([
    ['auth.email_taken', { email: 'anna@example.ORG', handle: 'other' }],
    ['auth.handle_taken', { email: 'other@example.org', handle: 'ANNA' }],
  ] as const)('refuses with %s', async (code, second) => {
    const { deps } = await setup();
    await register(request, deps);
    await expect(register({ ...request, ...second }, deps)).rejects.toMatchObject({ code });
  });
});

describe('logIn', () => {
  it('opens a session of its own, beside the others', async () => {
    const { deps, sessions, whoIs } = await setup();
    const first = await register(request, deps);
    const second = await logIn({ email: 'anna@example.org', password: request.password }, deps);
    expect(second.user).toEqual(first.user);
    expect(second.session_id).not.toBe(first.session_id);
    for (const { access_token } of [first, second]) {
      expect(await sessions.isLive(await whoIs(access_token))).toBe(true);
    }
  });

  it('says the same whether the address or the password is wrong', async () => {
    const { deps } = await setup();
    await register(request, deps);
    const refusal = { code: 'auth.invalid_credentials', message: 'E-mail or password is wrong' };
    await expect(logIn({ email: request.email, password: 'wrong' }, deps)).rejects.toMatchObject(refusal);
    await expect(
      logIn({ email: 'nobody@example.org', password: request.password }, deps),
    ).rejects.toMatchObject(refusal);
  });
});

describe('refreshSession', () => {
  async function signedIn() {
    const world = await setup();
    const first = await register(request, world.deps);
    return { ...world, first };
  }
  const invalid = { code: 'auth.refresh_invalid' };

  it('gives a new pair of tokens for the same session', async () => {
    const { refresh, first, whoIs } = await signedIn();
    const second = await refresh(first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.session_id).toBe(first.session_id);
    expect(await whoIs(second.access_token)).toEqual(await whoIs(first.access_token));
    expect((await refresh(second.refresh_token)).session_id).toBe(first.session_id);
  });

  it('gives the same successor again for thirty seconds: the answer may have been lost', async () => {
    const { refresh, first, clock } = await signedIn();
    const second = await refresh(first.refresh_token);
    clock.advance(30_000);
    const again = await refresh(first.refresh_token);
    expect(again.refresh_token).toBe(second.refresh_token);
    expect((await refresh(again.refresh_token)).session_id).toBe(first.session_id);
  });

  it('gives two tabs that refresh at once the same successor', async () => {
    const { refresh, first } = await signedIn();
    const answers = await Promise.all([1, 2].map(() => refresh(first.refresh_token)));
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    await expect(refresh(answers[0]?.refresh_token ?? '')).resolves.toBeDefined();
  });

  it('ends the session when an old token comes after that: it was stolen, from one or the other', async () => {
    const { refresh, first, clock, sessions, whoIs } = await signedIn();
    const second = await refresh(first.refresh_token);
    clock.advance(31_000);
    await expect(refresh(first.refresh_token)).rejects.toMatchObject(invalid);
    expect(await sessions.isLive(await whoIs(second.access_token))).toBe(false);
    await expect(refresh(second.refresh_token)).rejects.toMatchObject(invalid);
  });

  it('ends the session when a token comes that is two refreshes old, however soon', async () => {
    const { refresh, first } = await signedIn();
    const third = await refresh((await refresh(first.refresh_token)).refresh_token);
    await expect(refresh(first.refresh_token)).rejects.toMatchObject(invalid);
    await expect(refresh(third.refresh_token)).rejects.toMatchObject(invalid);
  });

  it('refuses an ended session, an expired one, and what is no token', async () => {
    const { refresh, first, sessions, whoIs, clock, deps } = await signedIn();
    await sessions.end(await whoIs(first.access_token));
    await expect(refresh(first.refresh_token)).rejects.toMatchObject(invalid);
    const second = await logIn({ email: request.email, password: request.password }, deps);
    clock.advance(14 * 86_400_000);
    await expect(refresh(second.refresh_token)).rejects.toMatchObject(invalid);
    for (const text of ['', 'x', second.access_token]) {
      await expect(refresh(text)).rejects.toMatchObject(invalid);
    }
  });

  it('keeps a session that is used alive, for ninety days in all', async () => {
    const { refresh, first, clock } = await signedIn();
    let token = first.refresh_token;
    for (let week = 1; week <= 12; week += 1) {
      clock.advance(7 * 86_400_000);
      token = (await refresh(token)).refresh_token;
    }
    clock.advance(6 * 86_400_000);
    await expect(refresh(token)).rejects.toMatchObject(invalid);
  });

  it("does not take a session by another person's name", async () => {
    const { refresh, first } = await signedIn();
    const [, session, secret] = first.refresh_token.split('.');
    await expect(refresh(`u_${'0'.repeat(26)}.${session}.${secret}`)).rejects.toMatchObject(invalid);
    await expect(refresh(first.refresh_token)).resolves.toBeDefined();
  });
});
