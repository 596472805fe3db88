import type { SessionStore } from '../auth/session.ts';
import { closeConnections, type SocketCloser } from './close-connections.ts';
import type { Connection, ConnectionStore, OpenConnection } from './connection-store.ts';
import type { SocketGateway } from './push.ts';

interface Deps {
  readonly connections: Pick<ConnectionStore, 'open' | 'close'>;
  readonly sessions: Pick<SessionStore, 'isLive'>;
  readonly gateway: SocketGateway & SocketCloser;
  /** So many connections a person may have. */
  readonly perUserMax: number;
}

const replaced = {
  type: 'system.notice',
  code: 'connection.replaced',
  params: {},
  severity: 'warning',
} as const;

/**
 * Makes a connection reachable, and ends the oldest ones of that person above the cap. False: its session is over, and
 * nobody is connected.
 */
export async function openConnection(connection: Connection, deps: Deps): Promise<boolean> {
  const all = await deps.connections.open(connection);
  // Whoever ended the session since the ticket was taken has not seen this connection.
  if (!(await deps.sessions.isLive(connection))) {
    await deps.connections.close(connection.connectionId);
    return false;
  }
  // One that cannot be closed now is still the oldest when the next one connects.
  await closeConnections(surplusConnections(all, connection, deps.perUserMax), replaced, deps);
  return true;
}

/**
 * The oldest ones above the cap, never the newcomer. Each connect sees a later state of the one item than the connect
 * before it, so that the last of many at once sees all of them. Retired ones are about to be closed anyway.
 */
function surplusConnections(
  all: readonly OpenConnection[],
  newcomer: Connection,
  perUserMax: number,
): OpenConnection[] {
  const others = all.filter((one) => !one.retired && one.connectionId !== newcomer.connectionId);
  const byAge = others.sort((a, b) => a.openedAt - b.openedAt || (a.connectionId < b.connectionId ? -1 : 1));
  return byAge.slice(0, Math.max(0, others.length + 1 - perUserMax));
}
