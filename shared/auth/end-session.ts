import type { ConnectionStore } from '../connections/connection-store.ts';
import type { SocketGateway } from '../connections/push.ts';
import type { Identity } from './access-token.ts';
import type { SessionStore } from './session.ts';

/** Ends a socket from our side. Never throws for what a socket does. */
export interface SocketCloser {
  end(connectionId: string): Promise<void>;
}

/**
 * Ends a session everywhere. Its tokens and frames are refused from the first write on; then its connections are
 * forgotten, so that nothing is pushed to them any more, told and closed. Throws when that fails half-way: the session is
 * over all the same, but a connection may go on hearing until it ends.
 */
export async function endSession(
  identity: Identity,
  deps: {
    sessions: Pick<SessionStore, 'end'>;
    connections: Pick<ConnectionStore, 'ofUsers' | 'close'>;
    gateway: SocketGateway & SocketCloser;
  },
): Promise<void> {
  await deps.sessions.end(identity);
  const connections = await deps.connections.ofUsers([identity.userId]);
  const ended = connections.filter(({ sessionId }) => sessionId === identity.sessionId);
  await Promise.all(
    ended.map(async ({ connectionId }) => {
      await deps.connections.close(connectionId);
      await deps.gateway.post(connectionId, JSON.stringify({ type: 'session.ended' }));
      await deps.gateway.end(connectionId);
    }),
  );
}
