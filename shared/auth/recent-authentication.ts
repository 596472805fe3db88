import { type Clock, epochSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Identity } from './access-token.ts';
import type { SessionStore } from './session.ts';

/**
 * What changes the keys to an account asks for more than a session, which may have been left open somewhere: its owner
 * showed a password, a code or a second factor in it less than a quarter of an hour ago (ASVS 7.5.1). A refresh is no such
 * proof. Throws `auth.reauthentication_required`, or `auth.session_ended`.
 */
export async function requireRecentAuthentication(
  identity: Identity,
  deps: { sessions: Pick<SessionStore, 'get'>; clock: Clock },
): Promise<void> {
  const session = await deps.sessions.get(identity);
  if (!session) throw new AppError('auth.session_ended');
  const ageSeconds = epochSeconds(deps.clock.now()) - session.authenticatedAt;
  if (ageSeconds >= limits.recentAuthenticationSeconds) throw new AppError('auth.reauthentication_required');
}
