/** The gate, tickets and public keys of shared/auth in memory. */
import type { JWK } from 'jose';
import type { PublicKeyStore } from '../../shared/auth/access-token.ts';
import type { Gate } from '../../shared/auth/gate.ts';
import type { SessionStore } from '../../shared/auth/session.ts';
import type { TicketStore } from '../../shared/auth/ticket.ts';
import { latestAdmittedTat, retryAfterMs } from '../../shared/auth/token-bucket.ts';
import { type Clock, epochSeconds } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { userRateLimits } from '../../shared/limits.ts';

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

/** Keys end when the given clock says so; without one they never do. */
export function inMemoryPublicKeyStore(
  clock: Clock = { now: () => 0 },
): PublicKeyStore & { readonly published: string[] } {
  const keys = new Map<string, { jwk: JWK; expiresAt: number }>();
  const published: string[] = [];
  const living = () => [...keys].filter(([, { expiresAt }]) => expiresAt > epochSeconds(clock.now()));
  return {
    published,
    async publish(kid, jwk, expiresAt) {
      published.push(kid);
      if (expiresAt > (keys.get(kid)?.expiresAt ?? 0)) keys.set(kid, { jwk, expiresAt });
    },
    async retire(kid, expiresAt) {
      const key = keys.get(kid);
      if (key && key.expiresAt > expiresAt) keys.set(kid, { ...key, expiresAt });
    },
    get: async (kid) => new Map(living()).get(kid)?.jwk,
    list: async () => living().map(([, { jwk }]) => jwk),
  };
}
