import { createPublicKey, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { anIdentity, movableClock } from '../../test/support/builders.ts';
import { inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { signAccessToken, verifyAccessToken } from './access-token.ts';
import { deriveSigningKeys, publishedSigningKeys, signingEpoch } from './signing-keys.ts';

const rootA = 'a'.repeat(32);
const rootB = 'b'.repeat(32);
const rootC = 'c'.repeat(32);
const issuer = 'https://chat.example.org';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const epochMs = 30 * dayMs;
const someEpoch = 700;
const someEpochMs = someEpoch * epochMs;
const kidOf = async (root: string, epoch: number) => (await deriveSigningKeys(root, epoch)).kid;

/** What all environments share: the clock, the secret and the table of keys. */
function setup(nowMs = someEpochMs) {
  const clock = movableClock(nowMs);
  const publicKeys = inMemoryPublicKeyStore(clock);
  const versions = [rootA];
  let reads = 0;
  const source = {
    async current() {
      reads += 1;
      return versions.at(-1) ?? '';
    },
    previous: async () => versions.at(-2),
  };
  const environment = (skewMs = 0) =>
    publishedSigningKeys(source, publicKeys, { now: () => clock.now() + skewMs });
  return {
    clock,
    publicKeys,
    environment,
    replaceRoot: (root: string) => void versions.push(root),
    reads: () => reads,
  };
}

describe('deriveSigningKeys', () => {
  it('gives the same keys for the same root and epoch, and others for another of either', async () => {
    const first = await deriveSigningKeys(rootA, 1);
    expect((await deriveSigningKeys(rootA, 1)).publicJwk).toEqual(first.publicJwk);
    expect(new Set([first.kid, await kidOf(rootA, 2), await kidOf(rootB, 1)]).size).toBe(3);
  });

  it('gives two halves of one Ed25519 key pair', async () => {
    const { privateKey, publicJwk } = await deriveSigningKeys(rootA, 1);
    expect(privateKey.asymmetricKeyType).toBe('ed25519');
    const message = Buffer.from('message');
    const { x = '' } = publicJwk;
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(verify(null, message, publicKey, sign(null, message, privateKey))).toBe(true);
  });

  it('names the public half by its thumbprint, and never shows the private one', async () => {
    const { publicJwk, kid } = await deriveSigningKeys(rootA, 1);
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

  it('ends a key a day after the last token that it signed', async () => {
    const { expiresAt } = await deriveSigningKeys(rootA, someEpoch);
    const lastTokenEnds = (someEpochMs + epochMs) / 1000 + limits.accessTokenTtlSeconds;
    expect(expiresAt - lastTokenEnds).toBe(dayMs / 1000);
  });

  it('chains refresh secrets of full strength, each told by the one before, through all epochs', async () => {
    const keys = await deriveSigningKeys(rootA, 1);
    const chain = ['start'];
    for (let step = 0; step < 5; step += 1) chain.push(keys.nextRefreshSecret(chain.at(-1) ?? ''));
    expect(new Set(chain).size).toBe(6);
    for (const link of chain.slice(1)) expect(link).toMatch(/^[\w-]{43}$/);
    expect((await deriveSigningKeys(rootA, 2)).nextRefreshSecret('start')).toBe(chain[1]);
    expect((await deriveSigningKeys(rootB, 1)).nextRefreshSecret('start')).not.toBe(chain[1]);
  });

  it('refuses a root that is too short to be one', async () => {
    await expect(deriveSigningKeys('short', 1)).rejects.toThrow('at least 32 characters');
  });
});

describe('publishedSigningKeys, as time goes by', () => {
  it('publishes the key before it signs with it, and the one of the next epoch with it', async () => {
    const { environment, publicKeys } = setup();
    const { kid } = await environment()();
    expect(kid).toBe(await kidOf(rootA, someEpoch));
    expect(publicKeys.published).toEqual([kid, await kidOf(rootA, someEpoch + 1)]);
  });

  it('does not answer while its key cannot be published, and tries again', async () => {
    const { clock, publicKeys } = setup();
    let broken = true;
    const table = {
      ...publicKeys,
      publish: async (...key: Parameters<typeof publicKeys.publish>) => {
        if (broken) throw new Error('DynamoDB does not answer');
        await publicKeys.publish(...key);
      },
    };
    const source = { current: async () => rootA, previous: async () => undefined };
    const keys = publishedSigningKeys(source, table, clock);
    await expect(keys()).rejects.toThrow('does not answer');
    broken = false;
    expect(await publicKeys.get((await keys()).kid)).toBeDefined();
  });

  it('takes the next key the moment its epoch begins, though the root is not read again', async () => {
    const { environment, clock, reads } = setup(someEpochMs + epochMs - minuteMs);
    const keys = environment();
    const before = await keys();
    clock.advance(minuteMs - 1);
    expect((await keys()).kid).toBe(before.kid);
    clock.advance(1);
    expect((await keys()).kid).toBe(await kidOf(rootA, someEpoch + 1));
    expect(reads()).toBe(1);
  });

  it('lets whoever fetched the keys a day before the turn verify what is signed after it', async () => {
    const { environment, clock, publicKeys } = setup(someEpochMs + epochMs - dayMs);
    const keys = environment();
    await keys();
    const fetched = await publicKeys.list();
    clock.advance(dayMs);
    expect(fetched.map(({ kid }) => kid)).toContain((await keys()).kid);
  });

  it('lists the keys that may still verify something or soon will, and no others', async () => {
    const { environment, clock, publicKeys } = setup();
    const keys = environment();
    const listed = async () => {
      await keys();
      return (await publicKeys.list()).map(({ kid }) => kid);
    };
    const kids = await Promise.all([0, 1, 2].map((later) => kidOf(rootA, someEpoch + later)));
    expect(await listed()).toEqual(kids.slice(0, 2));
    clock.advance(epochMs);
    expect(await listed()).toEqual(kids);
    clock.advance(dayMs + limits.accessTokenTtlSeconds * 1000);
    expect(await listed()).toEqual(kids.slice(1));
  });

  it('has the key of every token on show for as long as the token lives, whichever clocks differ by five minutes', async () => {
    const skewMs = fc.integer({ min: -5 * minuteMs, max: 5 * minuteMs });
    const aroundTheTurn = fc.integer({ min: -20 * minuteMs, max: 20 * minuteMs });
    await fc.assert(
      fc.asyncProperty(skewMs, skewMs, aroundTheTurn, async (signer, verifier, offset) => {
        const { environment, clock, publicKeys } = setup(someEpochMs - dayMs);
        const signing = environment(signer);
        await environment(verifier)();
        const fetchedTheDayBefore = await publicKeys.list();
        clock.advance(dayMs + offset);

        const keys = await signing();
        const signerClock = { now: () => clock.now() + signer };
        const token = await signAccessToken(anIdentity(), { keys, issuer, clock: signerClock });

        expect(fetchedTheDayBefore).toContainEqual(keys.publicJwk);
        const deps = { publicKeys, issuer, clock: signerClock };
        expect(await verifyAccessToken(token, deps)).toEqual(anIdentity());
        // The life of the token as the slowest clock sees it, at the table whose clock is the verifier's.
        clock.advance(limits.accessTokenTtlSeconds * 1000 + 10 * minuteMs + verifier);
        expect(await publicKeys.get(keys.kid)).toEqual(keys.publicJwk);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  it('counts epochs of thirty days from 1970', () => {
    expect(signingEpoch(0)).toBe(0);
    expect(signingEpoch(epochMs - 1)).toBe(0);
    expect(signingEpoch(epochMs)).toBe(1);
  });
});

describe('publishedSigningKeys, when the root is replaced', () => {
  it('follows within a quarter of an hour', async () => {
    const { environment, clock, replaceRoot } = setup();
    const keys = environment();
    const before = await keys();
    replaceRoot(rootB);
    clock.advance(15 * minuteMs - 1);
    expect((await keys()).kid).toBe(before.kid);
    clock.advance(1);
    expect((await keys()).kid).toBe(await kidOf(rootB, someEpoch));
  });

  it('keeps the old key until every token of it has ended, and not until the epoch ends', async () => {
    const { environment, clock, replaceRoot, publicKeys } = setup();
    const slow = environment();
    await slow();
    replaceRoot(rootB);
    await environment()();
    clock.advance(15 * minuteMs - 1);
    const keys = await slow();
    expect(keys.kid).toBe(await kidOf(rootA, someEpoch));
    const token = await signAccessToken(anIdentity(), { keys, issuer, clock });
    clock.advance(15 * minuteMs);
    expect(await verifyAccessToken(token, { publicKeys, issuer, clock })).toEqual(anIdentity());
    clock.advance(15 * minuteMs);
    const left = (await publicKeys.list()).map(({ kid }) => kid);
    expect(left).toEqual([await kidOf(rootB, someEpoch), await kidOf(rootB, someEpoch + 1)]);
  });

  it('gives keys their full life back when the operator goes back to the old root', async () => {
    const { environment, clock, replaceRoot, publicKeys } = setup();
    const keys = environment();
    for (const root of [rootB, rootA]) {
      await keys();
      replaceRoot(root);
      clock.advance(15 * minuteMs);
    }
    await keys();
    clock.advance(dayMs);
    expect(await publicKeys.get(await kidOf(rootA, someEpoch))).toBeDefined();
    expect(await publicKeys.get(await kidOf(rootB, someEpoch))).toBeUndefined();
  });

  it('retires nothing when the same value is put again, or the one before was a placeholder', async () => {
    for (const previous of [rootA, 'placeholder']) {
      const { clock, publicKeys } = setup();
      const source = { current: async () => rootA, previous: async () => previous };
      const { kid } = await publishedSigningKeys(source, publicKeys, clock)();
      clock.advance(dayMs);
      expect(await publicKeys.get(kid)).toBeDefined();
    }
  });

  it('tells the successor that was given under the root of before', async () => {
    const { environment, replaceRoot } = setup();
    const given = (await environment()()).nextRefreshSecret('token');
    replaceRoot(rootB);
    expect(await (await environment()()).givenRefreshSecret('token', sha256(given))).toBe(given);
  });

  it('tells the successor that was given under a root that it has not read yet', async () => {
    const { environment, replaceRoot } = setup();
    const slow = await environment()();
    replaceRoot(rootB);
    const given = (await environment()()).nextRefreshSecret('token');
    expect(await slow.givenRefreshSecret('token', sha256(given))).toBe(given);
  });

  it('tells nothing of a successor that none of the roots gave', async () => {
    const { environment, replaceRoot } = setup();
    const given = (await environment()()).nextRefreshSecret('token');
    replaceRoot(rootB);
    replaceRoot(rootC);
    const keys = await environment()();
    expect(await keys.givenRefreshSecret('token', sha256(given))).toBeUndefined();
    expect(await keys.givenRefreshSecret('other', sha256(given))).toBeUndefined();
  });
});
