import type { AccountEvents } from '../account-events/account-events.ts';
import { AppError } from '../errors.ts';
import type { Identity } from './access-token.ts';
import type { SessionStore } from './session.ts';

interface Deps {
  readonly events: AccountEvents;
  readonly sessions: Pick<SessionStore, 'end'>;
}

/**
 * Ends sessions of one person, for whatever reason. The intent is published first: from then on they end, and their sockets
 * with them (close-sessions.ts), even if this process dies at once. Then they are ended here, so that every call and frame
 * is refused when this resolves. Repeating it is harmless. Throws `unavailable` when the queue does not take the intent,
 * and then nothing has happened.
 */
export async function endSessions(userId: string, sessionIds: readonly string[], deps: Deps): Promise<void> {
  if (sessionIds.length === 0) return;
  await announceEnd(userId, sessionIds, deps);
  await deps.sessions.end(userId, sessionIds);
}

/** The intent alone, for whoever ends the sessions in a step of its own. */
export async function announceEnd(
  userId: string,
  sessionIds: readonly string[],
  deps: Pick<Deps, 'events'>,
): Promise<void> {
  await deps.events.publish({ name: 'sessions.ended', user_id: userId, session_ids: [...sessionIds] });
}

/**
 * Ends one session of the caller, their present one included. Throws `session.not_found` for any other that does not live:
 * foreign, missing and malformed ones look alike.
 */
export async function endOneSession(
  { userId }: Identity,
  sessionId: string,
  deps: Deps & { sessions: Pick<SessionStore, 'end' | 'isLive'> },
): Promise<void> {
  if (!(await deps.sessions.isLive({ userId, sessionId }))) throw new AppError('session.not_found');
  await endSessions(userId, [sessionId], deps);
}

/** Ends every session of the caller but the one that asks. */
export async function endOtherSessions(
  { userId, sessionId }: Identity,
  deps: Deps & { sessions: Pick<SessionStore, 'end' | 'list'> },
): Promise<void> {
  const others = (await deps.sessions.list(userId)).filter((session) => session.sessionId !== sessionId);
  await endSessions(
    userId,
    others.map((session) => session.sessionId),
    deps,
  );
}
