/** Who is connected, and what was pushed to them. */
import { type ServerEvent, type ServerFrame, serverFrame } from '../../events/server-frames.ts';
import { type Clock, epochSeconds } from '../../shared/clock.ts';
import type { Connection, ConnectionStore } from '../../shared/connections/connection-store.ts';
import type { SocketGateway } from '../../shared/connections/push.ts';
import { limits } from '../../shared/limits.ts';

export function inMemoryConnectionStore(clock: Clock): ConnectionStore {
  const open = new Map<string, Connection & { openedAt: number; expiresAt: number }>();
  const live = () => [...open.values()].filter(({ expiresAt }) => expiresAt > epochSeconds(clock.now()));
  return {
    async open(connection) {
      const openedAt = epochSeconds(clock.now());
      const expiresAt = openedAt + limits.connectionLeaseSeconds;
      open.set(connection.connectionId, { ...connection, openedAt, expiresAt });
    },
    close: async (connectionId) => void open.delete(connectionId),
    async forget(userId, connectionId) {
      const lease = open.get(connectionId);
      const settled = epochSeconds(clock.now()) - limits.connectionOpeningSeconds;
      if (lease?.userId === userId && lease.openedAt < settled) open.delete(connectionId);
    },
    async identify(connectionId) {
      const found = live().find((one) => one.connectionId === connectionId);
      return found && { userId: found.userId, sessionId: found.sessionId };
    },
    async ofUsers(userIds) {
      const wanted = new Set(userIds);
      return live()
        .filter(({ userId }) => wanted.has(userId))
        .map(({ userId, sessionId, connectionId }) => ({ userId, sessionId, connectionId }));
    },
  };
}

export interface InMemorySockets extends SocketGateway {
  /** The frames of one connection, in order, parsed and held against the contract. */
  frames(connectionId: string): ServerFrame[];
  /** The events of those frames, batches opened. */
  events(connectionId: string): ServerEvent[];
  /** From now on pushes to this connection end so. */
  break(connectionId: string, outcome: 'gone' | 'failed'): void;
  /** Every call, whatever its outcome. */
  readonly posts: readonly { readonly connectionId: string; readonly frame: string }[];
}

export function inMemorySockets(): InMemorySockets {
  const posts: { connectionId: string; frame: string }[] = [];
  const broken = new Map<string, 'gone' | 'failed'>();
  const frames = (connectionId: string) =>
    posts
      .filter((post) => post.connectionId === connectionId && !broken.has(connectionId))
      .map(({ frame }) => serverFrame.parse(JSON.parse(frame)));
  return {
    posts,
    frames,
    events: (connectionId) =>
      frames(connectionId).flatMap((frame) => (frame.type === 'batch' ? frame.events : [frame])),
    break: (connectionId, outcome) => void broken.set(connectionId, outcome),
    async post(connectionId, frame) {
      posts.push({ connectionId, frame });
      return broken.get(connectionId) ?? 'sent';
    },
  };
}
