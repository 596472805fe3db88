import pMap from 'p-map';
import type { ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import type { Connection, ConnectionStore } from './connection-store.ts';
import type { SocketGateway } from './push.ts';

/** Ends a socket from our side; one that was gone already is `ended`. Never throws for what a socket does. */
export interface SocketCloser {
  end(connectionId: string): Promise<'ended' | 'failed'>;
}

/**
 * Ends sockets, each with a last event: told, closed, and only then forgotten. Wherever this is cut off, the connection is
 * still there to be found, so that repeating it ends in the same state. One that could not be closed stays to be found
 * as well, and is counted.
 */
export async function closeConnections(
  connections: readonly Connection[],
  lastEvent: ServerEvent,
  deps: { connections: Pick<ConnectionStore, 'close'>; gateway: SocketGateway & SocketCloser },
): Promise<{ readonly failed: number }> {
  const frame = JSON.stringify(lastEvent);
  const outcomes = await pMap(
    connections,
    async ({ connectionId }) => {
      await deps.gateway.post(connectionId, frame);
      const outcome = await deps.gateway.end(connectionId);
      if (outcome === 'ended') await deps.connections.close(connectionId);
      return outcome;
    },
    { concurrency: limits.pushConcurrency, stopOnError: false },
  );
  return { failed: outcomes.filter((outcome) => outcome === 'failed').length };
}
