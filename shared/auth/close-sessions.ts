import { closeConnections, type SocketCloser } from '../connections/close-connections.ts';
import type { Connection, ConnectionStore } from '../connections/connection-store.ts';
import type { SocketGateway } from '../connections/push.ts';
import type { SessionStore } from './session.ts';

interface Deps {
  readonly sessions: Pick<SessionStore, 'end' | 'isLive'>;
  readonly connections: Pick<ConnectionStore, 'allOf' | 'retire' | 'close'>;
  readonly gateway: SocketGateway & SocketCloser;
}

/**
 * The rest of `sessions.ended`: the sessions end, if they did not yet, and every socket of that person whose session is over
 * hears `session.ended` and is closed; the others are left alone. Which sockets those are is read from the sessions and
 * not from the event, so that one event also makes up for another that got lost. Repeating it is harmless. Throws when a
 * socket could not be closed: nothing is pushed to it any more, and the next delivery tries again.
 */
export async function closeSessions(
  { userId, sessionIds }: { userId: string; sessionIds: readonly string[] },
  deps: Deps,
): Promise<void> {
  await deps.sessions.end(userId, sessionIds);
  const dead = await withoutSession(await deps.connections.allOf(userId), deps);
  // First for all of them: nothing is pushed from here on, whatever becomes of the rest.
  await Promise.all(dead.map(({ connectionId }) => deps.connections.retire(userId, connectionId)));
  const { failed } = await closeConnections(dead, { type: 'session.ended' }, deps);
  if (failed > 0) throw new Error(`${failed} sockets of ended sessions could not be closed`);
}

async function withoutSession(connections: readonly Connection[], deps: Deps): Promise<Connection[]> {
  const bySession = Map.groupBy(connections, ({ sessionId }) => sessionId);
  const perSession = await Promise.all(
    [...bySession.values()].map(async (ofSession) => {
      const isLive = ofSession[0] && (await deps.sessions.isLive(ofSession[0]));
      return isLive ? [] : ofSession;
    }),
  );
  return perSession.flat();
}
