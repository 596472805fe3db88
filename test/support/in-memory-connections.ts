/** Who is connected, and what was pushed to them. */
import { type ServerEvent, type ServerFrame, serverFrame } from '../../events/server-frames.ts';
import { type Clock, epochSeconds } from '../../shared/clock.ts';
import type { SocketCloser } from '../../shared/connections/close-connections.ts';
import type {
  ConnectionStore,
  OpenConnection,
  PrivacyCopy,
} from '../../shared/connections/connection-store.ts';
import type { SocketGateway } from '../../shared/connections/push.ts';
import type { SocketLookout } from '../../shared/connections/sweep-connections.ts';
import { limits } from '../../shared/limits.ts';
import type { PrivacyAspect } from '../../shared/users/user.ts';

export function inMemoryConnectionStore(clock: Clock): ConnectionStore & PrivacyCopy {
  const hidden = new Map<string, readonly PrivacyAspect[]>();
  const open = new Map<string, { connection: OpenConnection; expiresAt: number }>();
  const ended = new Map<string, number>();
  const live = () =>
    [...open.values()]
      .filter(({ expiresAt }) => expiresAt > epochSeconds(clock.now()))
      .map(({ connection }) => connection);
  const allOf = (userId: string) => live().filter((one) => one.userId === userId);
  const drop = (userId: string, connectionId: string) => {
    if (open.get(connectionId)?.connection.userId === userId) open.delete(connectionId);
    ended.set(userId, clock.now());
  };
  return {
    async open({ userId, sessionId, connectionId }) {
      const openedAt = epochSeconds(clock.now());
      open.set(connectionId, {
        connection: { userId, sessionId, connectionId, openedAt, retired: false, idle: false },
        expiresAt: openedAt + limits.connectionLeaseSeconds,
      });
      return allOf(userId);
    },
    async retire(userId, connectionId) {
      const lease = open.get(connectionId);
      if (lease?.connection.userId !== userId) return;
      open.set(connectionId, { ...lease, connection: { ...lease.connection, retired: true } });
    },
    async setIdle(userId, connectionId, idle) {
      const lease = open.get(connectionId);
      if (lease?.connection.userId === userId)
        open.set(connectionId, { ...lease, connection: { ...lease.connection, idle } });
    },
    allOf: async (userId) => allOf(userId),
    reach: async (userId) => ({
      connections: allOf(userId),
      endedAtMs: ended.get(userId),
      hides: hidden.get(userId) ?? [],
    }),
    drop: async (userId, connectionId) => drop(userId, connectionId),
    async close(connectionId) {
      const connection = live().find((one) => one.connectionId === connectionId);
      if (connection) drop(connection.userId, connectionId);
    },
    async forget(userId, connectionId) {
      const connection = open.get(connectionId)?.connection;
      const settled = epochSeconds(clock.now()) - limits.connectionOpeningSeconds;
      if (connection?.userId === userId && connection.openedAt < settled) drop(userId, connectionId);
    },
    async identify(connectionId) {
      const found = live().find((one) => one.connectionId === connectionId);
      return found && { userId: found.userId, sessionId: found.sessionId };
    },
    async ofUsers(userIds) {
      const wanted = new Set(userIds);
      return live()
        .filter(({ userId, retired }) => wanted.has(userId) && !retired)
        .map(({ userId, sessionId, connectionId }) => {
          const hides = hidden.get(userId);
          return { userId, sessionId, connectionId, ...(hides && { hides }) };
        });
    },
    async setHides(userId, hides) {
      if (hides.length > 0) hidden.set(userId, hides);
      else hidden.delete(userId);
    },
  };
}

export interface InMemorySockets extends SocketGateway, SocketCloser, SocketLookout {
  /** The frames of one connection, in order, parsed and held against the contract. */
  frames(connectionId: string): ServerFrame[];
  /** The events of those frames, batches opened. */
  events(connectionId: string): ServerEvent[];
  /** From now on pushes to this connection, and its end, come out so. */
  break(connectionId: string, outcome: 'gone' | 'failed'): void;
  /** It was broken, and works again. */
  mend(connectionId: string): void;
  /** Every call, whatever its outcome. */
  readonly posts: readonly { readonly connectionId: string; readonly frame: string }[];
  /** The connections that were ended from our side, in order. */
  readonly ended: readonly string[];
}

export function inMemorySockets(): InMemorySockets {
  const posts: { connectionId: string; frame: string }[] = [];
  const ended: string[] = [];
  const broken = new Map<string, 'gone' | 'failed'>();
  const frames = (connectionId: string) =>
    posts
      .filter((post) => post.connectionId === connectionId && !broken.has(connectionId))
      .map(({ frame }) => serverFrame.parse(JSON.parse(frame)));
  return {
    posts,
    ended,
    frames,
    events: (connectionId) =>
      frames(connectionId).flatMap((frame) => (frame.type === 'batch' ? frame.events : [frame])),
    break: (connectionId, outcome) => void broken.set(connectionId, outcome),
    mend: (connectionId) => void broken.delete(connectionId),
    async post(connectionId, frame) {
      posts.push({ connectionId, frame });
      return broken.get(connectionId) ?? 'sent';
    },
    look: async (connectionId) => broken.get(connectionId) ?? 'open',
    async end(connectionId) {
      if (broken.get(connectionId) === 'failed') return 'failed';
      ended.push(connectionId);
      return 'ended';
    },
  };
}
