import { createHmac, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Clock } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { PublicKeyStore } from './access-token.ts';
import {
  assertRoot,
  type Roots,
  rememberedRoots,
  rootsMaxAgeSeconds,
  type SecretSource,
} from './secret-source.ts';

/** Everything that the auth function derives from the one generated secret. It never leaves that function. */
export interface SigningKeys {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: JWK;
  /** Epoch seconds: no token that this key signed is valid any more. */
  readonly expiresAt: number;
  /** The refresh token that follows this one. Deterministic, so that a lost response can be given again. */
  nextRefreshSecret(secret: string): string;
  /**
   * The refresh token that has followed this one: the successor with this SHA-256, whichever root made it.
   * Undefined when no root that is still there did.
   */
  givenRefreshSecret(secret: string, hash: string): Promise<string | undefined>;
}

const epochLengthSeconds = 30 * 24 * 3600;
/** For clocks that differ, for what verifiers and readers of the JWKS remember, and for us to look what happened. */
const overlapSeconds = 24 * 3600;
/** Clocks of two environments may differ by five minutes, one ahead and one behind. */
const clockSkewSeconds = 2 * 5 * 60;
/** RFC 8410: the fixed DER prefix of a PKCS #8 Ed25519 key; the 32-byte seed follows. */
const ed25519Pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Thirty days of one signing key, counted from 1970: every environment knows the number without asking anybody. */
export function signingEpoch(nowMs: number): number {
  return Math.floor(nowMs / (epochLengthSeconds * 1000));
}

/**
 * The Ed25519 key pair of an epoch and the refresh chain, from a generated secret string. CloudFormation can generate a
 * string but no key, so keys are derived (HKDF-SHA-256, RFC 5869): no private key in a template, a table or a log, and
 * nothing has to run for a key to change. The chain is the root's alone: it goes on when the epoch turns.
 */
export async function deriveSigningKeys(root: string, epoch: number): Promise<SigningKeys> {
  assertRoot(root);
  const seed = derive(root, `confab/access-token-signing/v2/${epoch}`);
  const privateKey = createPrivateKey({
    key: Buffer.concat([ed25519Pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const next = refreshChain(root);
  return {
    kid,
    privateKey,
    publicJwk: { ...jwk, kid, alg: 'EdDSA', use: 'sig' },
    expiresAt: (epoch + 1) * epochLengthSeconds + limits.accessTokenTtlSeconds + overlapSeconds,
    nextRefreshSecret: next,
    givenRefreshSecret: async (secret, hash) => [next(secret)].find((given) => sha256(given) === hash),
  };
}

function refreshChain(root: string): (secret: string) => string {
  const key = derive(root, 'confab/refresh-chain/v1');
  return (secret) => createHmac('sha256', key).update(secret).digest('base64url');
}

function derive(root: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, '', purpose, 32));
}

type Publisher = Pick<PublicKeyStore, 'publish' | 'retire'>;

/**
 * The signing keys of this environment: derived when first needed, whenever the epoch turns, and from roots that are at
 * most 15 minutes old. Public halves are published before this answers: that of the present epoch, so that no token is
 * unknown to a verifier, and that of the next one, so that whoever has fetched the JWKS in this epoch has the next key.
 *
 * That is why clocks that differ by minutes do no harm. An environment that is ahead signs with a key that has been
 * published for weeks, one that is behind with a key that verifies for another day; neither asks what the other does,
 * and publishing is the same write whoever makes it.
 */
export function publishedSigningKeys(
  source: SecretSource,
  publicKeys: Publisher,
  clock: Clock,
): () => Promise<SigningKeys> {
  const roots = rememberedRoots(source, clock);
  let ready: { roots: Roots; epoch: number; keys: SigningKeys } | undefined;
  return async () => {
    const known = await roots.get();
    const epoch = signingEpoch(clock.now());
    if (ready?.roots === known && ready.epoch === epoch) return ready.keys;
    const own = await publish(known, epoch, publicKeys, clock);
    const keys = {
      ...own,
      givenRefreshSecret: async (secret: string, hash: string) =>
        successor(known, secret, hash) ?? successor(await roots.renew(), secret, hash),
    };
    ready = { roots: known, epoch, keys };
    return keys;
  };
}

/** Each time the roots were read, so that what was published or retired wrongly is right again a quarter of an hour later. */
async function publish(
  { current, previous }: Roots,
  epoch: number,
  publicKeys: Publisher,
  clock: Clock,
): Promise<SigningKeys> {
  const keys = await deriveSigningKeys(current, epoch);
  const next = await deriveSigningKeys(current, epoch + 1);
  await Promise.all([
    ...[keys, next].map(({ kid, publicJwk, expiresAt }) => publicKeys.publish(kid, publicJwk, expiresAt)),
    ...(previous === undefined ? [] : retire(previous, epoch, publicKeys, clock)),
  ]);
  return keys;
}

/** A replaced root is perhaps one that leaked: its keys end as soon as nobody can hold a token that was rightly signed. */
function retire(previous: string, epoch: number, publicKeys: Publisher, clock: Clock): Promise<void>[] {
  const lastUseSeconds = rootsMaxAgeSeconds + limits.accessTokenTtlSeconds + clockSkewSeconds;
  const expiresAt = Math.ceil(clock.now() / 1000) + lastUseSeconds;
  return [epoch - 1, epoch, epoch + 1].map(async (old) => {
    await publicKeys.retire((await deriveSigningKeys(previous, old)).kid, expiresAt);
  });
}

/** Another environment may have made it with the root of before, or with one that this environment has not read yet. */
function successor({ current, previous }: Roots, secret: string, hash: string): string | undefined {
  const roots = previous === undefined ? [current] : [current, previous];
  return roots.map((root) => refreshChain(root)(secret)).find((given) => sha256(given) === hash);
}
