import { epochSeconds } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { Identity } from './access-token.ts';

/** One signed-in device. Times are epoch seconds; refresh tokens are kept as SHA-256 only. */
export interface Session extends Identity {
  readonly refreshHash: string;
  readonly createdAt: number;
  /** Moves forward with each refresh, never past `createdAt` + the absolute lifetime. */
  readonly expiresAt: number;
  readonly previousRefreshHash?: string | undefined;
  readonly rotatedAt?: number | undefined;
}

export interface SessionStore {
  /** Adds a session; beyond the cap per user the oldest ones end. */
  add(session: Session): Promise<void>;
  get(identity: Identity): Promise<Session | undefined>;
  /** Replaces the refresh token if it still is the given one. False: somebody else was first, or the session ended. */
  rotate(
    session: Session,
    next: { refreshHash: string; rotatedAt: number; expiresAt: number },
  ): Promise<boolean>;
  /** Ends a session for every token and every socket of it. Repeating it is harmless. */
  end(identity: Identity): Promise<void>;
  /** A strongly consistent look: an ended session is refused from the next call on. */
  isLive(identity: Identity): Promise<boolean>;
}

export function newSession(identity: Identity, refreshSecret: string, nowMs: number): Session {
  const createdAt = epochSeconds(nowMs);
  return {
    ...identity,
    refreshHash: sha256(refreshSecret),
    createdAt,
    expiresAt: sessionExpiry(createdAt, nowMs),
  };
}

export function sessionExpiry(createdAt: number, nowMs: number): number {
  return Math.min(epochSeconds(nowMs) + limits.refreshTokenIdleSeconds, createdAt + limits.sessionMaxSeconds);
}

/** A refresh token names its session, so that it is found by key: `<user_id>.<session_id>.<256-bit secret>`. */
export function refreshToken(identity: Identity, secret: string): string {
  return `${identity.userId}.${identity.sessionId}.${secret}`;
}

export function parseRefreshToken(token: string): (Identity & { secret: string }) | undefined {
  const match = /^(u_[0-9A-Z]{26})\.(s_[0-9A-Z]{26})\.([\w-]{43})$/.exec(token);
  if (!match) return undefined;
  const [, userId = '', sessionId = '', secret = ''] = match;
  return { userId, sessionId, secret };
}
