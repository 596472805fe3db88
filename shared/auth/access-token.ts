import { errors, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Who calls: proven by a signature, not yet that the session still lives. */
export interface Identity {
  readonly userId: string;
  readonly sessionId: string;
}

/** The published halves of the signing keys. Ends are epoch seconds; from its end on a key is unknown. */
export interface PublicKeyStore {
  /** Repeating it is harmless; of two ends the later one stays. */
  publish(kid: string, jwk: JWK, expiresAt: number): Promise<void>;
  /** Ends a key sooner than it was published for; never later, and never one that is not there. */
  retire(kid: string, expiresAt: number): Promise<void>;
  get(kid: string): Promise<JWK | undefined>;
  list(): Promise<JWK[]>;
}

const audience = 'confab';
/** RFC 9068: says that this JWT is an access token, so that no other kind can pass for one. */
const tokenType = 'at+jwt';
const algorithm = 'EdDSA';

/** Signs a 15-minute access token. */
export async function signAccessToken(
  identity: Identity,
  deps: { keys: SigningKeys; issuer: string; clock: Clock },
): Promise<string> {
  const nowSeconds = Math.floor(deps.clock.now() / 1000);
  return await new SignJWT({ sid: identity.sessionId })
    .setProtectedHeader({ alg: algorithm, typ: tokenType, kid: deps.keys.kid })
    .setIssuer(deps.issuer)
    .setAudience(audience)
    .setSubject(identity.userId)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + limits.accessTokenTtlSeconds)
    .sign(deps.keys.privateKey);
}

/**
 * Verifies an access token against the published keys (RFC 8725; each option is documented in jose's JWTVerifyOptions).
 * Throws `auth.token_expired` or `auth.unauthenticated`, and nothing else for anything that a caller can send.
 */
export async function verifyAccessToken(
  token: string,
  deps: { publicKeys: PublicKeyStore; issuer: string; clock: Clock },
): Promise<Identity> {
  try {
    if (!isCanonical(token)) throw new AppError('auth.unauthenticated');
    const { payload } = await jwtVerify(token, (header) => publicKey(header.kid, deps.publicKeys), {
      algorithms: [algorithm],
      typ: tokenType,
      issuer: deps.issuer,
      audience,
      clockTolerance: 5,
      maxTokenAge: limits.accessTokenTtlSeconds,
      requiredClaims: ['sub', 'sid', 'exp', 'iat'],
      currentDate: new Date(deps.clock.now()),
    });
    return identityOf(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new AppError('auth.token_expired');
    if (error instanceof errors.JOSEError || error instanceof AppError)
      throw new AppError('auth.unauthenticated');
    throw error;
  }
}

/** A signature's last character has bits that decoding drops: only one spelling of a token is the token. */
function isCanonical(token: string): boolean {
  if (token.length > limits.accessTokenMaxChars) return false;
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** Ids become parts of keys: what has not their shape is nobody, even where we have signed it. */
function identityOf({ sub, sid }: JWTPayload): Identity {
  if (typeof sub !== 'string' || !/^u_[0-9A-Z]{26}$/.test(sub)) throw new AppError('auth.unauthenticated');
  if (typeof sid !== 'string' || !/^s_[0-9A-Z]{26}$/.test(sid)) throw new AppError('auth.unauthenticated');
  return { userId: sub, sessionId: sid };
}

async function publicKey(kid: unknown, publicKeys: PublicKeyStore) {
  // A kid is a SHA-256 thumbprint: anything else is not looked up at all. What else a header says about keys is not read.
  if (typeof kid !== 'string' || !/^[\w-]{43}$/.test(kid)) throw new AppError('auth.unauthenticated');
  const jwk = await publicKeys.get(kid);
  if (!jwk) throw new AppError('auth.unauthenticated');
  return await importJWK(jwk, algorithm);
}
