/** Sessions in memory, with what they share with the accounts of the Auth table. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Identity } from '../../shared/auth/access-token.ts';
import {
  type BeforeSurplusEnds,
  type Session,
  type SessionStore,
  surplusSessions,
} from '../../shared/auth/session.ts';
import { type Clock, epochSeconds } from '../../shared/clock.ts';

/** The account that a session is added to: its password hash, if it has one; undefined when there is no such account. */
export type AccountLookup = (userId: string) => { readonly passwordHash?: string | undefined } | undefined;

export interface InMemorySessions extends SessionStore {
  /** From now on sessions are added to these accounts only. Until then every account is there, and has any password. */
  belongTo(accounts: AccountLookup): void;
}

export function inMemorySessionStore(clock: Clock, beforeSurplusEnds?: BeforeSurplusEnds): InMemorySessions {
  const sessions = new Map<string, Session>();
  let accounts: AccountLookup | undefined;
  const nowSeconds = () => epochSeconds(clock.now());
  const of = (userId: string) => [...sessions.values()].filter((session) => session.userId === userId);
  const keyOf = ({ userId, sessionId }: Identity) => `${userId} ${sessionId}`;
  const find = (identity: Identity) => sessions.get(keyOf(identity));
  const isAhead = (session: Session | undefined) => (session?.expiresAt ?? 0) > nowSeconds();

  const mayAdd = (userId: string, checked: { passwordHash: string } | undefined) => {
    if (!accounts) return true;
    const account = accounts(userId);
    return account !== undefined && (!checked || account.passwordHash === checked.passwordHash);
  };

  return {
    belongTo(lookup) {
      accounts = lookup;
    },
    async add(session, checked) {
      await nextTurn();
      const expiries = Object.fromEntries(of(session.userId).map((one) => [one.sessionId, one.expiresAt]));
      const surplus = surplusSessions(expiries, nowSeconds());
      if (surplus.length > 0) await beforeSurplusEnds?.(session.userId, surplus);
      if (!mayAdd(session.userId, checked)) return false;
      for (const sessionId of surplus) sessions.delete(keyOf({ userId: session.userId, sessionId }));
      sessions.set(keyOf(session), session);
      return true;
    },
    async get(identity) {
      await nextTurn();
      return find(identity);
    },
    async list(userId) {
      return of(userId)
        .filter(isAhead)
        .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
    },
    async rotate(session, next) {
      await nextTurn();
      const current = find(session);
      if (!current || current.refreshHash !== session.refreshHash) return false;
      const { ip, ...rotated } = next;
      sessions.set(keyOf(session), {
        ...current,
        ...rotated,
        previousRefreshHash: current.refreshHash,
        lastUsedAt: next.rotatedAt,
        device: { ...current.device, ...(ip !== undefined && { ip }) },
      });
      return true;
    },
    async reauthenticated(identity, atSeconds) {
      const session = find(identity);
      if (session) sessions.set(keyOf(session), { ...session, authenticatedAt: atSeconds });
    },
    async end(userId, sessionIds) {
      for (const sessionId of sessionIds) sessions.delete(keyOf({ userId, sessionId }));
    },
    isLive: async (identity) => isAhead(find(identity)),
  };
}
