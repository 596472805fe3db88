/** What somebody can send who has seen tokens and public keys, but has no private one (RFC 8725). */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK, exportSPKI, importJWK } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { anIdentity, countingIds, movableClock, startMs } from '../../test/support/builders.ts';
import { inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import { signAccessToken, verifyAccessToken } from './access-token.ts';
import { refreshToken } from './session.ts';
import { deriveSigningKeys, type SigningKeys, signingEpoch } from './signing-keys.ts';

const issuer = 'https://chat.example.org';
const clock = movableClock();
const publicKeys = inMemoryPublicKeyStore(clock);
const verify = (token: string) => verifyAccessToken(token, { publicKeys, issuer, clock });
const unauthenticated = { name: 'AppError', code: 'auth.unauthenticated', message: 'Sign in first' };

let keys: SigningKeys;
let next: SigningKeys;
let token: string;
let parts: [header: string, claims: string, signature: string];
const thief = generateKeyPairSync('ed25519');

beforeAll(async () => {
  const epoch = signingEpoch(startMs);
  [keys, next] = [
    await deriveSigningKeys('s'.repeat(64), epoch),
    await deriveSigningKeys('s'.repeat(64), epoch + 1),
  ];
  for (const { kid, publicJwk, expiresAt } of [keys, next])
    await publicKeys.publish(kid, publicJwk, expiresAt);
  token = await signAccessToken(anIdentity(), { keys, issuer, clock });
  const [header = '', claims = '', signature = ''] = token.split('.');
  parts = [header, claims, signature];
  expect(await verify(token)).toEqual(anIdentity());
});

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const ourHeader = () => ({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.kid });

/** Our claims under a header of the thief, signed with the key of the thief. */
function forged(header: object): string {
  const input = `${base64url({ ...ourHeader(), ...header })}.${parts[1]}`;
  return `${input}.${sign(null, Buffer.from(input), thief.privateKey).toString('base64url')}`;
}

describe('ASVS 9.1.2: an access token with an algorithm that is not ours', () => {
  it.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    'HS256',
    'HS512',
    'RS256',
    'ES256',
    'PS256',
    'Ed448',
    'dir',
    'eddsa',
  ])('is refused: %j', async (alg) => {
    const header = base64url({ ...ourHeader(), alg });
    for (const signature of ['', parts[2], 'AAAA']) {
      await expect(verify(`${header}.${parts[1]}.${signature}`)).rejects.toMatchObject(unauthenticated);
    }
  });

  it('is refused when our public key was used as an HMAC secret', async () => {
    const publicKey = await importJWK(keys.publicJwk, 'EdDSA');
    if (publicKey instanceof Uint8Array) throw new Error('a public key is no secret');
    const spki = await exportSPKI(publicKey);
    const x = String(keys.publicJwk.x);
    const spellings = [spki, spki.trim(), x, Buffer.from(x, 'base64url'), JSON.stringify(keys.publicJwk)];
    for (const secret of spellings) {
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS384', 'sha384'],
        ['HS512', 'sha512'],
      ] as const) {
        const input = `${base64url({ ...ourHeader(), alg })}.${parts[1]}`;
        const mac = createHmac(hash, secret).update(input).digest('base64url');
        await expect(verify(`${input}.${mac}`)).rejects.toMatchObject(unauthenticated);
      }
    }
  });
});

describe('ASVS 9.1.3: an access token that names a key of its own', () => {
  it('is refused, and nothing is fetched', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('nobody fetches anything'));
    const jwk = await exportJWK(thief.publicKey);
    const evil = 'https://evil.example.org/keys.json';
    const headers = [
      { jwk },
      { jwk, kid: undefined },
      { jku: evil },
      { jku: evil, kid: undefined },
      { x5u: evil },
      { x5c: ['MIIBszCCAVmgAwIBAgIUQ'] },
      { x5c: [], 'x5t#S256': 'A'.repeat(43) },
      { jwk, jku: evil, x5u: evil, x5c: ['MIIB'], crit: ['jwk'] },
    ];
    for (const header of headers) await expect(verify(forged(header))).rejects.toMatchObject(unauthenticated);
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  });

  it('is refused when it names another key of ours than the one that signed it', async () => {
    const header = base64url({ ...ourHeader(), kid: next.kid });
    await expect(verify(`${header}.${parts[1]}.${parts[2]}`)).rejects.toMatchObject(unauthenticated);
    const input = `${header}.${parts[1]}`;
    const signature = sign(null, Buffer.from(input), keys.privateKey).toString('base64url');
    await expect(verify(`${input}.${signature}`)).rejects.toMatchObject(unauthenticated);
  });

  it('asks the key store for nothing that is no thumbprint', async () => {
    const asked: string[] = [];
    const store = {
      ...inMemoryPublicKeyStore(),
      get: async (kid: string) => {
        asked.push(kid);
        return undefined;
      },
    };
    const texts = [
      '',
      '../x',
      '..%2f..%2fetc%2fpasswd',
      'KEY#x',
      "' OR 1=1 --",
      '\u0000',
      '__proto__',
      'constructor',
    ];
    const nearly = [
      `${keys.kid}\n`,
      ` ${keys.kid}`,
      `${keys.kid}=`,
      keys.kid.slice(1),
      'ä'.repeat(43),
      'a'.repeat(999),
    ];
    const otherTypes: unknown[] = [null, 1, true, {}, [keys.kid], { toString: keys.kid }];
    for (const kid of [...texts, ...nearly, ...otherTypes]) {
      const deps = { publicKeys: store, issuer, clock };
      await expect(verifyAccessToken(forged({ kid }), deps)).rejects.toMatchObject(unauthenticated);
    }
    expect(asked).toEqual([]);
    await expect(
      verifyAccessToken(forged({ kid: 'A'.repeat(43) }), { publicKeys: store, issuer, clock }),
    ).rejects.toMatchObject(unauthenticated);
    expect(asked).toEqual(['A'.repeat(43)]);
  });
});

describe('ASVS 9.1.1: an access token that was tampered with', () => {
  it('is refused whichever of its claims or headers was changed', async () => {
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    for (const claim of ['iss', 'aud', 'sub', 'sid', 'iat', 'exp']) {
      const claims = base64url({ ...decode(parts[1]), [claim]: anIdentity('u_OTHER').userId });
      await expect(verify(`${parts[0]}.${claims}.${parts[2]}`)).rejects.toMatchObject(unauthenticated);
    }
    const respelled = base64url(decode(parts[0])).replace(/^eyJ/, 'eyAgI');
    await expect(verify(`${respelled}.${parts[1]}.${parts[2]}`)).rejects.toMatchObject(unauthenticated);
  });

  it('is refused when its signature is another spelling of the same one', async () => {
    const signature = Buffer.from(parts[2], 'base64url');
    const spellings = [
      `${parts[2]}==`,
      `${parts[2]}\n`,
      signature.toString('base64'),
      ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        .split('')
        .map((last) => parts[2].slice(0, -1) + last)
        .filter((spelling) => spelling !== parts[2]),
      withLargerS(signature).toString('base64url'),
    ];
    for (const spelling of spellings.filter((text) => text !== parts[2])) {
      await expect(verify(`${parts[0]}.${parts[1]}.${spelling}`)).rejects.toMatchObject(unauthenticated);
    }
  });

  it('is refused with any character changed, added or left out, at any place', async () => {
    const position = fc.nat({ max: token.length });
    const text = fc.oneof(
      fc.constantFrom(...'AZaz09-_.=+/ \n\0'.split('')),
      fc.string({ unit: 'binary', minLength: 1 }),
    );
    const removed = fc.nat({ max: 3 });
    await fc.assert(
      fc.asyncProperty(position, removed, text, async (at, left, added) => {
        const changed = token.slice(0, at) + added + token.slice(at + left);
        fc.pre(changed !== token);
        await expect(verify(changed)).rejects.toMatchObject(unauthenticated);
      }),
      { seed: 7519, numRuns: 2_000 },
    );
  });

  it('is refused with any single bit flipped in what its parts encode', async () => {
    const bytes = parts.map((part) => Buffer.from(part, 'base64url'));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), fc.nat(), fc.nat({ max: 7 }), async (part, at, bit) => {
        const changed = bytes.map((one) => Buffer.from(one));
        const target = changed[part] ?? Buffer.alloc(0);
        const index = at % target.length;
        target[index] = (target[index] ?? 0) ^ (1 << bit);
        const text = changed.map((one) => one.toString('base64url')).join('.');
        await expect(verify(text)).rejects.toMatchObject(unauthenticated);
      }),
      { seed: 8725, numRuns: 1_000 },
    );
  });
});

describe('what is no access token at all', () => {
  const other = {
    nothing: () => '',
    'a word': () => 'x',
    'three words': () => 'a.b.c',
    'dots only': () => '....',
    'empty objects': () => 'e30.e30.e30',
    'two parts': () => `${parts[0]}.${parts[1]}`,
    'four parts': () => `${token}.${parts[2]}`,
    'five parts, as if encrypted': () => `${parts[0]}.${parts[1]}.${parts[2]}.${parts[1]}.${parts[2]}`,
    'no signature': () => `${parts[0]}.${parts[1]}.`,
    'the JSON form of a token': () =>
      JSON.stringify({ protected: parts[0], payload: parts[1], signature: parts[2] }),
    'a token twice': () => `${token}, ${token}`,
    'a refresh token': () => refreshToken(anIdentity(), countingIds().secret()),
    'a socket ticket': () => countingIds().secret(),
    '100 KB of nothing': () => 'x'.repeat(100_000),
    '100 KB of header': () =>
      `${base64url({ ...ourHeader(), x: 'x'.repeat(75_000) })}.${parts[1]}.${parts[2]}`,
    '100 KB of claims': () => `${parts[0]}.${'A'.repeat(100_000)}.${parts[2]}`,
    '100,000 parts': () => '.'.repeat(100_000),
    'brackets nested deeply': () => {
      const nested = Buffer.from('['.repeat(500)).toString('base64url');
      return `${nested}.${nested}.${parts[2]}`;
    },
    'half a character': () => `${parts[0]}.${parts[1]}.\uD800`,
  };

  it.each(Object.entries(other))('is refused: %s', async (_, make) => {
    await expect(verify(make())).rejects.toMatchObject(unauthenticated);
  });

  it('is refused before it is decoded, when it is as long as no token of ours', async () => {
    const decode = vi.spyOn(Buffer, 'from');
    await expect(verify(`${token}${'A'.repeat(100_000)}`)).rejects.toMatchObject(unauthenticated);
    expect(decode).not.toHaveBeenCalled();
    decode.mockRestore();
  });

  it('is refused whatever it is: any text, any header, any claims', async () => {
    const json = fc.jsonValue().map(base64url);
    const header = fc.dictionary(
      fc.constantFrom('alg', 'typ', 'kid', 'crit', 'b64', 'jwk', 'x5c'),
      fc.jsonValue(),
    );
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(json, json, json).map((three) => three.join('.')),
      header.map((members) => `${base64url({ ...ourHeader(), ...members })}.${parts[1]}.${parts[2]}`),
      header.map(forged),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        fc.pre(text !== token);
        await expect(verify(text)).rejects.toMatchObject(unauthenticated);
      }),
      { seed: 7515, numRuns: 2_000 },
    );
  });
});

/** RFC 8032 §8.4: S + L satisfies the equation as S does, and must not be taken. */
function withLargerS(signature: Buffer): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
  const larger = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  return Buffer.concat([signature.subarray(0, 32), larger]);
}
