import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { TokensResponse } from '../../events/account-contracts.ts';
import type { Me } from '../../events/user-contracts.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people, sharedCloud } from '../support/cloud.ts';
import { signedIn, testPassword } from '../support/people.ts';

const logIn = (email: string, password: string) =>
  sharedCloud().call<TokensResponse>('POST', '/auth/login', { body: { email, password } });
const refresh = (refresh_token: string) =>
  sharedCloud().call<TokensResponse>('POST', '/auth/refresh', { body: { refresh_token } });
const me = (token: string | undefined) => sharedCloud().call<Me>('GET', '/me', { token });

describe('an account', () => {
  it('is signed in at once, and shows its owner to itself', async () => {
    const [ada] = await people(1);

    expect(bodyOf(await ada.call('GET', '/me'))).toEqual(ada.tokens.user);
    expect(ada.tokens.user).toMatchObject({ email: ada.email, handle: ada.handle });
    expect(JSON.stringify(ada.tokens)).not.toContain(testPassword);
  });

  it.each([
    ['as it is', (handle: string) => handle],
    ['in capitals', (handle: string) => handle.toUpperCase()],
  ])('cannot have the handle of another, %s', async (_, taken) => {
    const [ada] = await people(1);
    const email = `x${crypto.randomUUID()}@example.test`;
    const body = { email, password: testPassword, handle: taken(ada.handle), display_name: 'Other' };

    const answer = await sharedCloud().call('POST', '/auth/register', { body });

    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'auth.handle_taken' });
  });

  it('is made only once when the same request comes several times at once', async () => {
    const handle = `once-${crypto.randomUUID().slice(0, 12)}`;
    const body = { email: `${handle}@example.test`, password: testPassword, handle, display_name: 'Once' };

    const answers = await Promise.all(
      [1, 2, 3].map(() => sharedCloud().call('POST', '/auth/register', { body })),
    );

    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409]);
  });
});

describe('a login', () => {
  it('opens a session of its own with the right password', async () => {
    const [ada] = await people(1);

    const tokens = bodyOf(await logIn(ada.email, testPassword));

    expect(tokens.user).toEqual(ada.tokens.user);
    expect(tokens.session_id).not.toBe(ada.tokens.session_id);
    expect((await me(tokens.access_token)).status).toBe(200);
  });

  it('[I3] says the same of a wrong password and of an unknown address', async () => {
    const [ada] = await people(1);

    const answers = await Promise.all([
      logIn(ada.email, 'not the password'),
      logIn(`nobody-${crypto.randomUUID()}@example.test`, 'not the password'),
    ]);

    const [wrong, unknown] = answers.map((answer) => ({ ...problemOf(answer), request_id: '' }));
    expect(wrong).toMatchObject({ status: 401, code: 'auth.invalid_credentials' });
    expect(unknown).toEqual(wrong);
  });
});

describe('an access token', () => {
  it('verifies against the published keys, which have no private part', async () => {
    const [ada] = await people(1);
    const jwks = bodyOf(await sharedCloud().call<JSONWebKeySet>('GET', '/.well-known/jwks.json'));

    const { payload, protectedHeader } = await jwtVerify(ada.tokens.access_token, createLocalJWKSet(jwks), {
      audience: 'confab',
      typ: 'at+jwt',
      algorithms: ['EdDSA'],
    });

    expect(payload).toMatchObject({ sub: ada.userId, sid: ada.tokens.session_id });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(ada.tokens.expires_in);
    expect(jwks.keys.map(({ kid }) => kid)).toContain(protectedHeader.kid);
    for (const key of jwks.keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    }
  });

  it.each<[string, (token: string) => string | undefined | Promise<string>]>([
    ['none', () => undefined],
    ['garbage', () => 'garbage'],
    ['one whose owner was changed', changeOwner],
    ['one without its signature', (token) => `${token.split('.').slice(0, 2).join('.')}.`],
    ['one with the algorithm none', withoutAlgorithm],
    ['one signed with another key under the published kid', signedBySomebodyElse],
    ['one that is very long', (token) => `${token}${'A'.repeat(4_000)}`],
  ])('is refused: %s', async (_, forge) => {
    const [ada] = await people(1);

    const answer = await me(await forge(ada.tokens.access_token));

    expect(problemOf(answer)).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('cannot be replaced by a refresh token', async () => {
    const [ada] = await people(1);

    expect(problemOf(await me(ada.tokens.refresh_token)).code).toBe('auth.unauthenticated');
  });
});

describe('a refresh', () => {
  it('[I6] gives new tokens for the same session', async () => {
    const [ada] = await people(1);

    const next = bodyOf(await refresh(ada.tokens.refresh_token));

    expect(next.session_id).toBe(ada.tokens.session_id);
    expect(next.refresh_token).not.toBe(ada.tokens.refresh_token);
    expect((await me(next.access_token)).status).toBe(200);
  });

  it('[I6] gives the same successor to two that come at once, or when the answer was lost', async () => {
    const [ada] = await people(1);

    const answers = await Promise.all([1, 2, 3].map(() => refresh(ada.tokens.refresh_token)));

    expect(new Set(answers.map((answer) => bodyOf(answer).refresh_token)).size).toBe(1);
  });

  it('[I6] ends the session when an old token comes back', async () => {
    const [ada] = await people(1);
    const second = bodyOf(await refresh(ada.tokens.refresh_token));
    const third = bodyOf(await refresh(second.refresh_token));

    expect(problemOf(await refresh(ada.tokens.refresh_token)).code).toBe('auth.refresh_invalid');

    expect(problemOf(await refresh(third.refresh_token)).code).toBe('auth.refresh_invalid');
    expect(problemOf(await me(third.access_token)).code).toBe('auth.session_ended');
  });

  it.each([
    ['nonsense', () => 'nonsense'],
    ['one with another secret', (token: string) => `${token.slice(0, -43)}${'A'.repeat(43)}`],
  ])('refuses %s', async (_, forge) => {
    const [ada] = await people(1);

    expect(problemOf(await refresh(forge(ada.tokens.refresh_token)))).toMatchObject({
      status: 401,
      code: 'auth.refresh_invalid',
    });
  });
});

describe('a logout', () => {
  it('[P8][A1] ends the session for HTTP, for its refresh token and for its open socket', async () => {
    const [ada] = await people(1);
    const socket = await connect(ada);

    expect((await ada.call('POST', '/auth/logout')).status).toBe(204);

    expect(problemOf(await ada.call('GET', '/me'))).toMatchObject({
      status: 401,
      code: 'auth.session_ended',
    });
    expect(problemOf(await refresh(ada.tokens.refresh_token)).code).toBe('auth.refresh_invalid');
    await socket.next('session.ended');
    await socket.closed;
  });

  it('leaves the other sessions of the person alone', async () => {
    const [ada] = await people(1);
    const other = signedIn(sharedCloud(), bodyOf(await logIn(ada.email, testPassword)));
    const socket = await connect(other);

    await ada.call('POST', '/auth/logout');

    expect((await other.call('GET', '/me')).status).toBe(200);
    socket.send({ action: 'ping' });
    await socket.next('pong');
  });
});

const decode = (part = '') =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function changeOwner(token: string): string {
  const [header, payload, signature] = token.split('.');
  return [header, encode({ ...decode(payload), sub: `u_${'0'.repeat(26)}` }), signature].join('.');
}

function withoutAlgorithm(token: string): string {
  const [header, payload] = token.split('.');
  return [encode({ ...decode(header), alg: 'none' }), payload, ''].join('.');
}

async function signedBySomebodyElse(token: string): Promise<string> {
  const [header, payload] = token.split('.');
  const { privateKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const { kid } = decode(header) as { kid: string };
  return await new SignJWT(decode(payload))
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
    .sign(privateKey);
}
