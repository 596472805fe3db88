import { createHmac, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Clock } from '../clock.ts';

/** Everything that the auth function derives from the one generated secret. It never leaves that function. */
export interface SigningKeys {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: JWK;
  /** The refresh token that follows this one. Deterministic, so that a lost response can be given again. */
  nextRefreshSecret(secret: string): string;
}

/** Where the secret is kept: Secrets Manager, or a constant in a test. */
export interface SigningSecretSource {
  current(): Promise<string>;
}

/** RFC 8410: the fixed DER prefix of a PKCS #8 Ed25519 key; the 32-byte seed follows. */
const ed25519Pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * An Ed25519 key pair and a refresh chain from a generated secret string. CloudFormation can generate a string but no
 * key, so the key is derived (HKDF-SHA-256, RFC 5869): no custom resource, no private key in a template or a log.
 */
export async function deriveSigningKeys(secret: string): Promise<SigningKeys> {
  if (secret.length < 32) throw new Error('the signing secret must have at least 32 characters');
  const seed = derive(secret, 'confab/access-token-signing/v1');
  const privateKey = createPrivateKey({
    key: Buffer.concat([ed25519Pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const refreshKey = derive(secret, 'confab/refresh-chain/v1');
  return {
    kid,
    privateKey,
    publicJwk: { ...jwk, kid, alg: 'EdDSA', use: 'sig' },
    nextRefreshSecret: (previous) => createHmac('sha256', refreshKey).update(previous).digest('base64url'),
  };
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

const keysMaxAgeMs = 15 * 60 * 1000;

/**
 * The signing keys of this environment: derived when first needed and now and then again, and published before the
 * first token is signed with them, so that no token is ever unknown to a verifier.
 */
export function publishedSigningKeys(
  secret: SigningSecretSource,
  publicKeys: { publish(kid: string, jwk: JWK): Promise<void> },
  clock: Clock,
): () => Promise<SigningKeys> {
  let current: { keys: SigningKeys; loadedAt: number } | undefined;
  return async () => {
    const now = clock.now();
    if (current && now - current.loadedAt < keysMaxAgeMs) return current.keys;
    const keys = await deriveSigningKeys(await secret.current());
    if (current?.keys.kid !== keys.kid) await publicKeys.publish(keys.kid, keys.publicJwk);
    current = { keys, loadedAt: now };
    return keys;
  };
}
