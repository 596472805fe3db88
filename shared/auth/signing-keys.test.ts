import { createPublicKey, sign, verify } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { movableClock } from '../../test/support/builders.ts';
import { inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import { deriveSigningKeys, publishedSigningKeys } from './signing-keys.ts';

const secret = 'a'.repeat(32);
const otherSecret = 'b'.repeat(32);

describe('deriveSigningKeys', () => {
  it('gives the same keys for the same secret, and others for another', async () => {
    const [first, again, other] = await Promise.all([secret, secret, otherSecret].map(deriveSigningKeys));
    expect(again?.publicJwk).toEqual(first?.publicJwk);
    expect(other?.kid).not.toBe(first?.kid);
    expect(other?.nextRefreshSecret('x')).not.toBe(first?.nextRefreshSecret('x'));
  });

  it('gives two halves of one Ed25519 key pair', async () => {
    const { privateKey, publicJwk } = await deriveSigningKeys(secret);
    expect(privateKey.asymmetricKeyType).toBe('ed25519');
    const message = Buffer.from('message');
    const { x = '' } = publicJwk;
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(verify(null, message, publicKey, sign(null, message, privateKey))).toBe(true);
  });

  it('names the public half by its thumbprint, and never shows the private one', async () => {
    const { publicJwk, kid } = await deriveSigningKeys(secret);
    expect(publicJwk).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: expect.stringMatching(/^[\w-]{43}$/),
      kid,
      alg: 'EdDSA',
      use: 'sig',
    });
    expect(kid).toBe(await calculateJwkThumbprint(publicJwk));
  });

  it('chains refresh secrets of full strength, each told by the one before', async () => {
    const keys = await deriveSigningKeys(secret);
    const next = (previous: string) => keys.nextRefreshSecret(previous);
    const chain = ['start'];
    for (let step = 0; step < 5; step += 1) chain.push(next(chain.at(-1) ?? ''));
    expect(new Set(chain).size).toBe(6);
    for (const link of chain.slice(1)) expect(link).toMatch(/^[\w-]{43}$/);
    expect(next('start')).toBe(chain[1]);
  });

  it('refuses a secret that is too short to be one', async () => {
    await expect(deriveSigningKeys('short')).rejects.toThrow('at least 32 characters');
  });
});

describe('publishedSigningKeys', () => {
  function setup() {
    let current = secret;
    let reads = 0;
    const clock = movableClock();
    const publicKeys = inMemoryPublicKeyStore();
    const source = {
      async current() {
        reads += 1;
        return current;
      },
    };
    const keys = publishedSigningKeys(source, publicKeys, clock);
    const rotate = () => {
      current = otherSecret;
    };
    return { clock, publicKeys, keys, rotate, reads: () => reads };
  }

  it('publishes a key before it signs with it, and only once', async () => {
    const { keys, publicKeys, reads } = setup();
    const { kid } = await keys();
    expect(publicKeys.published).toEqual([kid]);
    await keys();
    expect(publicKeys.published).toEqual([kid]);
    expect(reads()).toBe(1);
  });

  it('follows a new secret within a quarter of an hour, and keeps the old key published', async () => {
    const { keys, publicKeys, clock, rotate } = setup();
    const before = await keys();
    rotate();
    clock.advance(15 * 60_000 - 1);
    expect((await keys()).kid).toBe(before.kid);
    clock.advance(1);
    const after = await keys();
    expect(publicKeys.published).toEqual([before.kid, after.kid]);
    expect(after.kid).not.toBe(before.kid);
    expect(await publicKeys.get(before.kid)).toEqual(before.publicJwk);
  });

  it('does not publish the same key again when it looks again', async () => {
    const { keys, publicKeys, clock } = setup();
    await keys();
    clock.advance(60 * 60_000);
    await keys();
    expect(publicKeys.published).toHaveLength(1);
  });
});
