import { epochSeconds } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { Identity } from './access-token.ts';

/** Where a session is used from, as far as it says so. */
export interface Device {
  readonly userAgent?: string | undefined;
  readonly ip?: string | undefined;
}

/** One signed-in device. Times are epoch seconds; refresh tokens are kept as SHA-256 only. */
export interface Session extends Identity {
  readonly refreshHash: string;
  readonly createdAt: number;
  /** Moves forward with each refresh, never past `createdAt` + the absolute lifetime. */
  readonly expiresAt: number;
  readonly previousRefreshHash?: string | undefined;
  readonly rotatedAt?: number | undefined;
  /** `ip` is the place of the last use. */
  readonly device: Device;
  /** At sign-in and at each refresh. */
  readonly lastUsedAt: number;
  /** When its owner last showed a password, a code or a second factor. */
  readonly authenticatedAt: number;
}

/** The successor of a refresh token. */
export interface Rotation {
  readonly refreshHash: string;
  readonly rotatedAt: number;
  readonly expiresAt: number;
  /** Where the refresh came from. */
  readonly ip?: string | undefined;
}

export interface SessionStore {
  /**
   * Adds a session; beyond the cap per user those end that were used longest ago. False: the account is gone, or its
   * password is no longer the one that was checked (`passwordHash`; undefined when no password was), and nothing was
   * written.
   */
  add(session: Session, checked?: { passwordHash: string }): Promise<boolean>;
  get(identity: Identity): Promise<Session | undefined>;
  /** The living sessions of a person, the latest used first. */
  list(userId: string): Promise<Session[]>;
  /** Replaces the refresh token if it still is the given one. False: somebody else was first, or the session ended. */
  rotate(session: Session, next: Rotation): Promise<boolean>;
  /** The owner has just shown a password or a code again. A session that is over stays so. */
  reauthenticated(identity: Identity, atSeconds: number): Promise<void>;
  /** Ends sessions for every token and every frame. Repeating it, or naming sessions that never were, is harmless. */
  end(userId: string, sessionIds: readonly string[]): Promise<void>;
  /** A strongly consistent look: an ended session is refused from the next call on. */
  isLive(identity: Identity): Promise<boolean>;
}

/**
 * Hears which sessions a new one is about to push out, before they end: their sockets must hear of it too. Throwing
 * keeps the new session from being added.
 */
export type BeforeSurplusEnds = (userId: string, sessionIds: readonly string[]) => Promise<void>;

/**
 * Of a person's sessions (id → expiry in epoch seconds) those that make room for one more: the expired ones and, above the
 * cap, those nearest to their end, which were used longest ago.
 */
export function surplusSessions(sessions: Readonly<Record<string, number>>, nowSeconds: number): string[] {
  const byExpiry = Object.entries(sessions).sort(([, a], [, b]) => a - b);
  const overCap = byExpiry.length - (limits.sessionsPerUserMax - 1);
  return byExpiry
    .filter(([, expiresAt], index) => expiresAt <= nowSeconds || index < overCap)
    .map(([id]) => id);
}

export function newSession(
  identity: Identity,
  refreshSecret: string,
  nowMs: number,
  device: Device = {},
): Session {
  const createdAt = epochSeconds(nowMs);
  return {
    ...identity,
    refreshHash: sha256(refreshSecret),
    createdAt,
    expiresAt: sessionExpiry(createdAt, nowMs),
    device,
    lastUsedAt: createdAt,
    authenticatedAt: createdAt,
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
