/** One session, two environments that refresh it, one table and one secret behind them. */
import { verifyAccessToken } from '../../shared/auth/access-token.ts';
import { refreshSession } from '../../shared/auth/refresh-session.ts';
import { refreshToken, type SessionStore } from '../../shared/auth/session.ts';
import { publishedSigningKeys } from '../../shared/auth/signing-keys.ts';
import type { Clock } from '../../shared/clock.ts';
import { aProfile, aSession, countingIds, movableClock } from './builders.ts';
import { inMemoryPublicKeyStore } from './in-memory-auth.ts';
import { inMemorySessionStore } from './in-memory-session-store.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';

const issuer = 'https://chat.example.org';
const root = (version: number) => `root ${version} of the tests, long enough`;

export type RefreshWorld = Awaited<ReturnType<typeof refreshWorld>>;

/** `around` may come between the use case and its store: to hold calls up, or to make them fail. */
export async function refreshWorld(
  around: (sessions: SessionStore) => Pick<SessionStore, 'get' | 'rotate'> = (sessions) => sessions,
) {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  const publicKeys = inMemoryPublicKeyStore(clock);
  const users = inMemoryUserStore(aProfile('anna'));
  const secret = countingIds().secret();
  const session = aSession({ secret });
  await sessions.add(session);
  const roots = replaceableRoots(clock);
  const environments = [0, 1].map(() => publishedSigningKeys(roots.source, publicKeys, clock));
  const ended: string[] = [];
  const deps = {
    users,
    issuer,
    clock,
    sessions: {
      ...around(sessions),
      async end({ userId, sessionId }: { userId: string; sessionId: string }) {
        ended.push(sessionId);
        await sessions.end(userId, [sessionId]);
      },
    },
  };

  async function refresh(token: string, more: { environment?: number; ip?: string } = {}) {
    const keys = await environments[more.environment ?? 0]?.();
    if (!keys) throw new Error('there are two environments');
    return await refreshSession({ token, ip: more.ip }, { ...deps, keys });
  }

  return {
    clock,
    session,
    sessions,
    users,
    ended,
    refresh,
    first: refreshToken(session, secret),
    replaceRoot: () => roots.replace(),
    replaceRootCalmly: () => roots.replaceCalmly(),
    whoIs: (token: string) => verifyAccessToken(token, { publicKeys, issuer, clock }),
  };
}

function replaceableRoots(clock: Clock) {
  let version = 1;
  let replacedAt = Number.NEGATIVE_INFINITY;
  const replace = () => {
    version += 1;
    replacedAt = clock.now();
  };
  return {
    source: {
      current: async () => root(version),
      previous: async () => (version > 1 ? root(version - 1) : undefined),
    },
    replace,
    /** Not before every environment has taken up the one before. */
    replaceCalmly() {
      if (clock.now() - replacedAt >= 16 * 60_000) replace();
    },
  };
}
