import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anIdentity, movableClock, startMs } from '../../test/support/builders.ts';
import { inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import { limits } from '../limits.ts';
import { signAccessToken, verifyAccessToken } from './access-token.ts';
import { deriveSigningKeys, signingEpoch } from './signing-keys.ts';

const issuer = 'https://chat.example.org';
const identity = anIdentity();
const now = startMs / 1_000;

async function setup() {
  const clock = movableClock();
  const keys = await deriveSigningKeys('s'.repeat(64), signingEpoch(startMs));
  const publicKeys = inMemoryPublicKeyStore(clock);
  await publicKeys.publish(keys.kid, keys.publicJwk, keys.expiresAt);
  const verify = (token: string) => verifyAccessToken(token, { publicKeys, issuer, clock });
  const token = await signAccessToken(identity, { keys, issuer, clock });
  /** A token rightly signed with our key, whatever it says; texts are signed as they are. */
  const signed = (claims: object | string, header: object | string = {}) => {
    const encode = (value: object | string) =>
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
    const head =
      typeof header === 'string' ? header : { alg: 'EdDSA', typ: 'at+jwt', kid: keys.kid, ...header };
    const input = `${encode(head)}.${encode(claims)}`;
    return `${input}.${sign(null, Buffer.from(input), keys.privateKey).toString('base64url')}`;
  };
  return { clock, keys, verify, token, signed };
}

const claims = {
  iss: issuer,
  aud: 'confab',
  sub: identity.userId,
  sid: identity.sessionId,
  iat: now,
  exp: now + 900,
};
const unauthenticated = { name: 'AppError', code: 'auth.unauthenticated', message: 'Sign in first' };
const expired = { name: 'AppError', code: 'auth.token_expired' };

describe('an access token', () => {
  it('says who signed in, and with which session', async () => {
    const { verify, token } = await setup();
    expect(await verify(token)).toEqual(identity);
  });

  it('has room to grow before it is taken for an attack', async () => {
    const { token } = await setup();
    expect(token.length).toBeLessThan(limits.accessTokenMaxChars / 4);
  });

  it('is good for fifteen minutes and a few seconds of skew, and then says that it has expired', async () => {
    const { verify, token, clock } = await setup();
    clock.advance(15 * 60_000 + 4_000);
    expect(await verify(token)).toEqual(identity);
    clock.advance(1_000);
    await expect(verify(token)).rejects.toMatchObject(expired);
  });

  it('is good for a verifier whose clock is a few seconds behind, and not for one far behind', async () => {
    const { verify, token, clock } = await setup();
    clock.advance(-5_000);
    expect(await verify(token)).toEqual(identity);
    clock.advance(-1_000);
    await expect(verify(token)).rejects.toMatchObject(unauthenticated);
  });

  it('is not the place where a failing database is blamed on the caller', async () => {
    const { token, clock } = await setup();
    const publicKeys = {
      ...inMemoryPublicKeyStore(),
      get: () => Promise.reject(new Error('DynamoDB does not answer')),
    };
    await expect(verifyAccessToken(token, { publicKeys, issuer, clock })).rejects.toThrow(
      'DynamoDB does not answer',
    );
  });
});

describe('ASVS 9.2.1: the time of an access token', () => {
  it.each([
    ['ended five seconds ago', { exp: now - 5 }, expired],
    ['ended within the tolerance', { exp: now - 4 }, identity],
    ['begins five seconds from now', { nbf: now + 5 }, identity],
    ['begins later', { nbf: now + 6 }, unauthenticated],
    ['was issued five seconds from now', { iat: now + 5 }, identity],
    ['was issued later', { iat: now + 6 }, unauthenticated],
    ['is as old as a token may be', { iat: now - 905, exp: now + 60 }, identity],
    ['is older than that, though it says that it lives on', { iat: now - 906, exp: now + 86_400 }, expired],
    ['says that it lives for ever', { iat: now, exp: Number.MAX_SAFE_INTEGER }, identity],
  ])('counts when it %s', async (_, times, outcome) => {
    const { verify, signed } = await setup();
    const answer = verify(signed({ ...claims, ...times }));
    if (outcome === identity) expect(await answer).toEqual(identity);
    else await expect(answer).rejects.toMatchObject(outcome);
  });

  it.each(['"900"', 'null', 'true', '[]', '{}', '""'])('is refused as %s', async (value) => {
    const { verify, signed } = await setup();
    for (const claim of ['exp', 'iat', 'nbf']) {
      const text = JSON.stringify({ ...claims, [claim]: '?' }).replace('"?"', value);
      await expect(verify(signed(text))).rejects.toMatchObject(unauthenticated);
    }
  });
});

describe('ASVS 9.2.2, 9.2.3: an access token that we have signed ourselves', () => {
  it.each<[string, object, object]>([
    ['of another type', {}, { typ: 'JWT' }],
    ['of no type', {}, { typ: undefined }],
    ['of a type that is no text', {}, { typ: ['at+jwt'] }],
    ['for another audience', { aud: 'somebody-else' }, {}],
    ['for a longer audience', { aud: 'confab.evil.example' }, {}],
    ['for no audience', { aud: undefined }, {}],
    ['for an empty audience', { aud: [] }, {}],
    ['of another issuer', { iss: 'https://evil.example.org' }, {}],
    ['of an issuer that begins with ours', { iss: `${issuer}.evil.example.org` }, {}],
    ['of no issuer', { iss: undefined }, {}],
    ['of a list of issuers', { iss: [issuer] }, {}],
    ['without a subject', { sub: undefined }, {}],
    ['without a session', { sid: undefined }, {}],
    ['without an end', { exp: undefined }, {}],
    ['without a time of issue', { iat: undefined }, {}],
    ['with an object as session', { sid: { $ne: '' } }, {}],
    ['with a list as subject', { sub: [identity.userId] }, {}],
    ['with a session as subject', { sub: identity.sessionId }, {}],
    ['with a subject as session', { sid: identity.userId }, {}],
    ['with an empty subject', { sub: '' }, {}],
    ['with a subject that is longer', { sub: `${identity.userId}0` }, {}],
    ['with a subject that ends in a new line', { sub: `${identity.userId}\n` }, {}],
    ['with a key of another item as subject', { sub: 'u_X#SESSION#AAAAAAAAAAAAAAAAA' }, {}],
    ['with a session in lower case', { sid: identity.sessionId.toLowerCase() }, {}],
    ['with a path as key id', {}, { kid: '../../etc/passwd' }],
    ['with no key id', {}, { kid: undefined }],
    ['with a number as key id', {}, { kid: 1 }],
    ['with an extension that we must know and do not', {}, { crit: ['x'], x: 1 }],
    ['with an empty list of extensions', {}, { crit: [] }],
    ['with extensions that are no list', {}, { crit: 'exp' }],
    ['with a payload that is not encoded', {}, { crit: ['b64'], b64: false }],
    ['compressed', {}, { crit: ['zip'], zip: 'DEF' }],
  ])('is refused when it is one %s', async (_, otherClaims, otherHeader) => {
    const { verify, signed } = await setup();
    await expect(verify(signed({ ...claims, ...otherClaims }, otherHeader))).rejects.toMatchObject(
      unauthenticated,
    );
  });

  it.each(['null', '[]', '"text"', '1', 'true', '', '{', '{"sub":', '\u0000', '{}{}'])(
    'is refused when its claims are %j',
    async (text) => {
      const { verify, signed } = await setup();
      await expect(verify(signed(text))).rejects.toMatchObject(unauthenticated);
    },
  );

  it('is refused when its header says two things, of which the one that counts is wrong', async () => {
    const { verify, signed, keys } = await setup();
    const header = (typ: string) => `{"alg":"EdDSA","typ":"at+jwt","kid":"${keys.kid}","typ":"${typ}"}`;
    await expect(verify(signed(claims, header('JWT')))).rejects.toMatchObject(unauthenticated);
    // RFC 7515 §4: of names that repeat the last one counts. It is ours, and we have signed it.
    expect(await verify(signed(claims, header('at+jwt')))).toEqual(identity);
  });

  it('is taken when it says more than we ask for', async () => {
    const { verify, signed } = await setup();
    expect(await verify(signed({ ...claims, admin: true }))).toEqual(identity);
    expect(await verify(signed(claims))).toEqual(identity);
  });
});
