import pMap from 'p-map';
import type { ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import type { Connection, ConnectionStore } from './connection-store.ts';
import { packFrames } from './pack-frames.ts';

/** The way to a socket. Never throws for what a socket does. */
export interface SocketGateway {
  post(connectionId: string, frame: string): Promise<'sent' | 'gone' | 'failed'>;
}

/** Everything that one connection is to get. */
export interface Delivery {
  readonly connection: Connection;
  readonly events: readonly ServerEvent[];
}

export interface PushSummary {
  readonly frames: number;
  readonly gone: number;
  readonly failed: number;
}

/**
 * Pushes to many connections at once, one frame each where it fits. A push is best effort: what is lost here is
 * repaired by the client, by sequence number. A connection that is gone is forgotten.
 */
export async function pushEvents(
  deliveries: readonly Delivery[],
  deps: { gateway: SocketGateway; connections: Pick<ConnectionStore, 'forget'> },
): Promise<PushSummary> {
  // Recipients mostly get the same events: packing and stringifying once per list, not once per recipient.
  const packed = new Map<readonly ServerEvent[], string[]>();
  const summaries = await pMap(
    deliveries,
    async ({ connection, events }): Promise<PushSummary> => {
      const frames = packed.get(events) ?? packFrames(events);
      packed.set(events, frames);
      for (const [index, frame] of frames.entries()) {
        const outcome = await deps.gateway.post(connection.connectionId, frame);
        if (outcome === 'sent') continue;
        if (outcome === 'gone') await forget(connection, deps);
        return { frames: index, gone: outcome === 'gone' ? 1 : 0, failed: outcome === 'failed' ? 1 : 0 };
      }
      return { frames: frames.length, gone: 0, failed: 0 };
    },
    { concurrency: limits.pushConcurrency },
  );
  return summaries.reduce(
    (sum, one) => ({
      frames: sum.frames + one.frames,
      gone: sum.gone + one.gone,
      failed: sum.failed + one.failed,
    }),
    { frames: 0, gone: 0, failed: 0 },
  );
}

/** The next push to it would try again, so that failing at this is nobody's failure. */
async function forget(
  { userId, connectionId }: Connection,
  deps: { connections: Pick<ConnectionStore, 'forget'> },
): Promise<void> {
  await deps.connections.forget(userId, connectionId).catch(() => undefined);
}

/** Pushes the same events to every live connection of some people, or to those that are to have them. */
export async function pushToUsers(
  userIds: readonly string[],
  events: readonly ServerEvent[],
  deps: { gateway: SocketGateway; connections: ConnectionStore },
  isFor: (connection: Connection) => boolean = () => true,
): Promise<PushSummary> {
  const connections = await deps.connections.ofUsers(userIds);
  return await pushEvents(
    connections.filter(isFor).map((connection) => ({ connection, events })),
    deps,
  );
}
