import type { NoticeKind } from '../../events/account-event.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import { announceEnd } from './end-sessions.ts';
import type { SessionStore } from './session.ts';

/** Tells an operator of a failure that its caller does not suffer from. */
export type Warn = (message: string, error: unknown) => void;

interface EventDeps {
  readonly events: AccountEvents;
  readonly warn: Warn;
}

/**
 * Runs a change that ends every session of an account but `kept`, and answers what it answers. What is going to end is
 * published first, so that the sockets hear of it wherever this process dies; a session that was opened in between is
 * published after the change. Throws `unavailable`, and changes nothing, when the queue does not take it.
 */
export async function endingSessions(
  userId: string,
  kept: string | undefined,
  change: () => Promise<readonly string[] | undefined>,
  deps: EventDeps & { sessions: Pick<SessionStore, 'list'> },
): Promise<readonly string[] | undefined> {
  const living = (await deps.sessions.list(userId)).map(({ sessionId }) => sessionId);
  const announced = living.filter((sessionId) => sessionId !== kept);
  if (announced.length > 0) await announceEnd(userId, announced, deps);
  const ended = await change();
  const late = (ended ?? []).filter((sessionId) => !announced.includes(sessionId));
  if (late.length > 0)
    await unlessItFails(announceEnd(userId, late, deps), 'sessions ended without a word', deps);
  return ended;
}

/** Mails the owner of a proven address what has changed (ASVS 6.3.7). The change stands, also when this fails. */
export async function notifyOwner(
  notice: NoticeKind,
  { userId, email }: { userId: string; email: string },
  deps: EventDeps,
): Promise<void> {
  const told = deps.events.publish({ name: 'account.notice', notice, user_id: userId, email });
  await unlessItFails(told, `an owner was not told: ${notice}`, deps);
}

async function unlessItFails(
  publication: Promise<void>,
  message: string,
  { warn }: EventDeps,
): Promise<void> {
  try {
    await publication;
  } catch (error) {
    warn(message, error);
  }
}
