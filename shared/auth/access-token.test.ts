import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportJWK, exportSPKI, importJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { anIdentity, movableClock, startMs } from '../../test/support/builders.ts';
import { inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import { AppError } from '../errors.ts';
import { signAccessToken, verifyAccessToken } from './access-token.ts';
import { deriveSigningKeys } from './signing-keys.ts';

const issuer = 'https://chat.example.org';
const identity = anIdentity();
const nowSeconds = startMs / 1_000;

async function setup() {
  const clock = movableClock();
  const keys = await deriveSigningKeys('s'.repeat(64));
  const publicKeys = inMemoryPublicKeyStore();
  await publicKeys.publish(keys.kid, keys.publicJwk);
  const deps = { publicKeys, issuer, clock };
  const verify = (token: string) => verifyAccessToken(token, deps);
  const token = await signAccessToken(identity, { keys, issuer, clock });
  /** A token with our real key that differs in one thing. */
  const forged = async (
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: Parameters<SignJWT['sign']>[0] = keys.privateKey,
  ) =>
    await new SignJWT({
      iss: issuer,
      aud: 'confab',
      sub: identity.userId,
      sid: identity.sessionId,
      iat: nowSeconds,
      exp: nowSeconds + 900,
      ...claims,
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.kid, ...header })
      .sign(key);
  return { clock, keys, publicKeys, verify, token, forged };
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unauthenticated = { name: 'AppError', code: 'auth.unauthenticated', message: 'Sign in first' };

describe('an access token', () => {
  it('says who signed in, and with which session', async () => {
    const { verify, token } = await setup();
    expect(await verify(token)).toEqual(identity);
  });

  it('is good for fifteen minutes and a few seconds of skew, and then says that it has expired', async () => {
    const { verify, token, clock } = await setup();
    clock.advance(15 * 60_000 + 4_000);
    expect(await verify(token)).toEqual(identity);
    clock.advance(2_000);
    await expect(verify(token)).rejects.toMatchObject({ code: 'auth.token_expired' });
  });

  it('is good for a verifier whose clock is a few seconds behind, and not for one far behind', async () => {
    const { verify, token, clock } = await setup();
    clock.advance(-4_000);
    expect(await verify(token)).toEqual(identity);
    clock.advance(-60_000);
    await expect(verify(token)).rejects.toMatchObject(unauthenticated);
  });

  it('is not good for longer than fifteen minutes, whatever it says itself', async () => {
    const { verify, forged, clock } = await setup();
    const token = await forged({ exp: nowSeconds + 365 * 86_400 });
    clock.advance(16 * 60_000);
    await expect(verify(token)).rejects.toBeInstanceOf(AppError);
  });

  it.each([
    ['another type', {}, { typ: 'JWT' }],
    ['no type', {}, { typ: undefined }],
    ['another audience', { aud: 'somebody-else' }, {}],
    ['another issuer', { iss: 'https://evil.example.org' }, {}],
    ['no subject', { sub: undefined }, {}],
    ['no session', { sid: undefined }, {}],
    ['no expiry', { exp: undefined }, {}],
    ['no time of issue', { iat: undefined }, {}],
    ['a session that is no text', { sid: { $ne: '' } }, {}],
    ['a validity that has not begun', { nbf: nowSeconds + 600 }, {}],
    ['an unknown key', {}, { kid: 'A'.repeat(43) }],
    ['a key id that is a path', {}, { kid: '../../etc/passwd' }],
    ['no key id', {}, { kid: undefined }],
  ])('is refused with %s', async (_, claims, header) => {
    const { verify, forged } = await setup();
    await expect(verify(await forged(claims, header))).rejects.toMatchObject(unauthenticated);
  });

  it('asks the key store for nothing that is no thumbprint', async () => {
    const { forged } = await setup();
    const asked: string[] = [];
    const publicKeys = {
      ...inMemoryPublicKeyStore(),
      get: async (kid: string) => {
        asked.push(kid);
        return undefined;
      },
    };
    for (const kid of ['../x', 'KEY#x', 'a'.repeat(10_000), '']) {
      const token = await forged({}, { kid });
      await expect(verifyAccessToken(token, { publicKeys, issuer, clock: movableClock() })).rejects.toThrow();
    }
    expect(asked).toEqual([]);
  });

  it('is refused when it is not signed', async () => {
    const { verify, token, keys } = await setup();
    const [, payload = ''] = token.split('.');
    for (const alg of ['none', 'None', 'NONE', '']) {
      const header = base64url({ alg, typ: 'at+jwt', kid: keys.kid });
      await expect(verify(`${header}.${payload}.`)).rejects.toMatchObject(unauthenticated);
    }
    const [header = ''] = token.split('.');
    await expect(verify(`${header}.${payload}.`)).rejects.toMatchObject(unauthenticated);
  });

  it('is refused when our public key was used as an HMAC secret', async () => {
    const { verify, keys, token } = await setup();
    const [, payload = ''] = token.split('.');
    const header = base64url({ alg: 'HS256', typ: 'at+jwt', kid: keys.kid });
    const publicKey = await importJWK(keys.publicJwk, 'EdDSA');
    if (publicKey instanceof Uint8Array) throw new Error('a public key is no secret');
    for (const secret of [await exportSPKI(publicKey), String(keys.publicJwk.x)]) {
      const mac = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
      await expect(verify(`${header}.${payload}.${mac}`)).rejects.toMatchObject(unauthenticated);
    }
  });

  it('is refused when it brings its own key', async () => {
    const { verify, forged } = await setup();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = await exportJWK(publicKey);
    await expect(verify(await forged({}, { jwk }, privateKey))).rejects.toMatchObject(unauthenticated);
    await expect(
      verify(await forged({}, { jku: 'https://evil.example.org/jwks.json' }, privateKey)),
    ).rejects.toMatchObject(unauthenticated);
  });

  it('is refused when a single character of it was changed', async () => {
    const { verify, token } = await setup();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const other = base64url({ ...claims, sub: 'u_SOMEBODYELSE00000000000000' });
    await expect(verify(`${header}.${other}.${signature}`)).rejects.toMatchObject(unauthenticated);
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    await expect(verify(`${header}.${payload}.${flipped}`)).rejects.toMatchObject(unauthenticated);
  });

  it.each(['', 'x', 'a.b.c', '....', 'e30.e30.e30', 'x'.repeat(100_000)])(
    'is refused when it is none: %.20s',
    async (text) => {
      const { verify } = await setup();
      await expect(verify(text)).rejects.toMatchObject(unauthenticated);
    },
  );

  it('is refused with extensions that we do not know', async () => {
    const { verify, keys, token } = await setup();
    const [, payload = ''] = token.split('.');
    const header = base64url({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.kid, crit: ['x'], x: 1 });
    await expect(verify(`${header}.${payload}.AAAA`)).rejects.toMatchObject(unauthenticated);
  });

  it('is not the place where a failing database is blamed on the caller', async () => {
    const { token } = await setup();
    const broken = {
      ...inMemoryPublicKeyStore(),
      get: () => Promise.reject(new Error('DynamoDB does not answer')),
    };
    await expect(
      verifyAccessToken(token, { publicKeys: broken, issuer, clock: movableClock() }),
    ).rejects.toThrow('DynamoDB does not answer');
  });
});
