import { errors, importJWK, type JWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Who calls: proven by a signature, not yet that the session still lives. */
export interface Identity {
  readonly userId: string;
  readonly sessionId: string;
}

/** The published halves of the signing keys. */
export interface PublicKeyStore {
  publish(kid: string, jwk: JWK): Promise<void>;
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
 * Verifies an access token against the published keys.
 * Throws `auth.token_expired` or `auth.unauthenticated`.
 */
export async function verifyAccessToken(
  token: string,
  deps: { publicKeys: PublicKeyStore; issuer: string; clock: Clock },
): Promise<Identity> {
  try {
    const { payload } = await jwtVerify(token, (header) => publicKey(header, deps.publicKeys), {
      algorithms: [algorithm],
      typ: tokenType,
      issuer: deps.issuer,
      audience,
      clockTolerance: 5,
      maxTokenAge: limits.accessTokenTtlSeconds,
      requiredClaims: ['sub', 'sid', 'exp', 'iat'],
      currentDate: new Date(deps.clock.now()),
    });
    if (typeof payload.sub !== 'string' || typeof payload.sid !== 'string')
      throw new AppError('auth.unauthenticated');
    return { userId: payload.sub, sessionId: payload.sid };
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new AppError('auth.token_expired');
    if (error instanceof errors.JOSEError || error instanceof AppError)
      throw new AppError('auth.unauthenticated');
    throw error;
  }
}

async function publicKey(header: JWTHeaderParameters | { kid?: string }, publicKeys: PublicKeyStore) {
  // A kid is a SHA-256 thumbprint: anything else is not looked up at all.
  if (!header.kid || !/^[\w-]{43}$/.test(header.kid)) throw new AppError('auth.unauthenticated');
  const jwk = await publicKeys.get(header.kid);
  if (!jwk) throw new AppError('auth.unauthenticated');
  return await importJWK(jwk, algorithm);
}
