import type { SessionView } from '../../events/account-contracts.ts';
import { isoTime } from '../clock.ts';
import type { Identity } from './access-token.ts';
import type { Session, SessionStore } from './session.ts';

/** Where the caller is signed in, the latest used first (ASVS 7.5.2). */
export async function listSessions(
  { userId, sessionId }: Identity,
  deps: { sessions: Pick<SessionStore, 'list'> },
): Promise<SessionView[]> {
  const sessions = await deps.sessions.list(userId);
  return sessions.map((session) => sessionView(session, session.sessionId === sessionId));
}

/** Nothing of the refresh chain is shown. */
function sessionView(session: Session, current: boolean): SessionView {
  return {
    session_id: session.sessionId,
    current,
    user_agent: session.device.userAgent ?? null,
    ip: session.device.ip ?? null,
    created_at: isoTime(session.createdAt * 1_000),
    last_used_at: isoTime(session.lastUsedAt * 1_000),
    expires_at: isoTime(session.expiresAt * 1_000),
  };
}
