/** The stores of shared/auth in memory; sessions, gate and accounts share what they share in the Auth table. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JWK } from 'jose';
import type { PublicKeyStore } from '../../shared/auth/access-token.ts';
import type { AccountStore, Credentials } from '../../shared/auth/account-store.ts';
import type { Gate } from '../../shared/auth/gate.ts';
import type { Session, SessionStore } from '../../shared/auth/session.ts';
import type { TicketStore } from '../../shared/auth/ticket.ts';
import { latestAdmittedTat, retryAfterMs } from '../../shared/auth/token-bucket.ts';
import { type Clock, epochSeconds } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { limits, userRateLimits } from '../../shared/limits.ts';
import { foldCase } from '../../shared/text.ts';
import type { InMemoryUsers } from './in-memory-user-store.ts';

export function inMemorySessionStore(clock: Clock): SessionStore {
  const sessions = new Map<string, Session>();
  const isLive = (session: Session | undefined) =>
    session !== undefined && session.expiresAt > epochSeconds(clock.now());
  return {
    async add(session) {
      const others = [...sessions.values()]
        .filter(({ userId }) => userId === session.userId)
        .sort((a, b) => a.expiresAt - b.expiresAt);
      const overCap = others.length - (limits.sessionsPerUserMax - 1);
      for (const [index, other] of others.entries()) {
        if (index < overCap || !isLive(other)) sessions.delete(other.sessionId);
      }
      sessions.set(session.sessionId, session);
    },
    async get({ userId, sessionId }) {
      await nextTurn();
      const session = sessions.get(sessionId);
      return session?.userId === userId ? session : undefined;
    },
    async rotate(session, next) {
      await nextTurn();
      const current = sessions.get(session.sessionId);
      if (!current || current.refreshHash !== session.refreshHash) return false;
      sessions.set(session.sessionId, { ...current, ...next, previousRefreshHash: current.refreshHash });
      return true;
    },
    end: async ({ sessionId }) => void sessions.delete(sessionId),
    isLive: async ({ sessionId }) => isLive(sessions.get(sessionId)),
  };
}

export function inMemoryAccountStore(users: InMemoryUsers, sessions: SessionStore): AccountStore {
  const byEmail = new Map<string, Credentials>();
  const handles = new Set<string>();
  return {
    async create({ profile, passwordHash, session }) {
      if (byEmail.has(foldCase(profile.email))) return 'email_taken';
      if (handles.has(foldCase(profile.handle))) return 'handle_taken';
      byEmail.set(foldCase(profile.email), { userId: profile.userId, passwordHash });
      handles.add(foldCase(profile.handle));
      users.put(profile);
      await sessions.add(session);
      return 'created';
    },
    findByEmail: async (email) => byEmail.get(foldCase(email)),
  };
}

export function inMemoryGate(sessions: Pick<SessionStore, 'isLive'>, clock: Clock): Gate {
  const buckets = new Map<string, number>();
  return {
    async admit(identity, action) {
      if (!(await sessions.isLive(identity))) throw new AppError('auth.session_ended');
      const now = clock.now();
      const bucket = `${identity.userId} ${action}`;
      const limit = userRateLimits[action];
      const tat = Math.max(buckets.get(bucket) ?? 0, now);
      if (tat > latestAdmittedTat(limit, now)) {
        throw new AppError('rate_limited', undefined, { retryAfterMs: retryAfterMs(limit, tat, now) });
      }
      buckets.set(bucket, tat + limit.refillMs);
    },
  };
}

export function inMemoryTicketStore(): TicketStore {
  const tickets = new Map<string, { identity: { userId: string; sessionId: string }; expiresAt: number }>();
  return {
    put: async (hash, identity, expiresAt) => void tickets.set(hash, { identity, expiresAt }),
    async redeem(hash, nowSeconds) {
      const ticket = tickets.get(hash);
      if (!ticket || ticket.expiresAt <= nowSeconds) return undefined;
      tickets.delete(hash);
      const { userId, sessionId } = ticket.identity;
      return { userId, sessionId };
    },
  };
}

export function inMemoryPublicKeyStore(): PublicKeyStore & { readonly published: string[] } {
  const keys = new Map<string, JWK>();
  const published: string[] = [];
  return {
    published,
    async publish(kid, jwk) {
      published.push(kid);
      keys.set(kid, jwk);
    },
    get: async (kid) => keys.get(kid),
    list: async () => [...keys.values()],
  };
}
