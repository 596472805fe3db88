import type { TokensResponse } from '../../events/account-contracts.ts';
import { epochSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Identity } from './access-token.ts';
import { issueTokens, type TokenDeps } from './issue-tokens.ts';
import { parseRefreshToken, type Session, type SessionStore, sessionExpiry } from './session.ts';

type Deps = TokenDeps & {
  readonly sessions: Pick<SessionStore, 'get' | 'rotate'> & {
    /** Ends the session for tokens and sockets alike. */
    end(identity: Identity): Promise<void>;
  };
  readonly users: Pick<UserStore, 'get'>;
};

/**
 * Exchanges a refresh token for its successor. The token just replaced gets the same successor again for a short
 * grace (a lost response, two tabs); any other old token ends the session, since it cannot be known who the thief is
 * (RFC 9700 §4.14). Throws `auth.refresh_invalid`.
 */
export async function refreshSession(
  { token, ip }: { token: string; ip?: string | undefined },
  deps: Deps,
): Promise<TokensResponse> {
  const parsed = parseRefreshToken(token);
  if (!parsed) throw new AppError('auth.refresh_invalid');
  const presentedHash = sha256(parsed.secret);

  // Two at once: the one that loses the write finds its token as the previous one on the second look.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const session = await deps.sessions.get(parsed);
    const now = deps.clock.now();
    if (!session || session.expiresAt <= epochSeconds(now)) break;
    if (isRepeat(session, presentedHash, now)) return await answerAgain(session, parsed.secret, deps);
    if (session.refreshHash !== presentedHash) {
      await deps.sessions.end(session);
      break;
    }
    const nextSecret = deps.keys.nextRefreshSecret(parsed.secret);
    const rotated = await deps.sessions.rotate(session, {
      refreshHash: sha256(nextSecret),
      rotatedAt: epochSeconds(now),
      expiresAt: sessionExpiry(session.createdAt, now),
      ip,
    });
    if (rotated) return await answer(session, nextSecret, deps);
  }
  throw new AppError('auth.refresh_invalid');
}

function isRepeat(session: Session, presentedHash: string, now: number): boolean {
  return (
    session.previousRefreshHash === presentedHash &&
    session.rotatedAt !== undefined &&
    epochSeconds(now) - session.rotatedAt <= limits.refreshGraceSeconds
  );
}

/** The first answer may come from another environment, and from another root: only the token that it gave is right. */
async function answerAgain(session: Session, secret: string, deps: Deps): Promise<TokensResponse> {
  const given = await deps.keys.givenRefreshSecret(secret, session.refreshHash);
  // Two replacements of the root within the grace: the token cannot be told any more, but nobody has stolen anything.
  if (given === undefined) throw new AppError('auth.refresh_invalid');
  return await answer(session, given, deps);
}

async function answer(session: Session, refreshSecret: string, deps: Deps): Promise<TokensResponse> {
  const profile = await deps.users.get(session.userId);
  if (!profile || profile.deletedAt !== undefined) throw new AppError('auth.refresh_invalid');
  return await issueTokens(profile, session, refreshSecret, deps);
}
