import type { WebSocket } from 'ws';
import type { GatewayRuntime } from './runtime.ts';
import type { AuthorizerContext, ConnectionFacts } from './websocket-event.ts';

/** A connection from its 101 on; before that it is pending and @connections does not know it. */
export interface Connection {
  readonly facts: ConnectionFacts;
  readonly authorizer: AuthorizerContext | undefined;
  readonly socket: WebSocket;
  /** When a message last went in or out. */
  lastActiveAt: number;
  /** Set once this side has decided to close. */
  closing: { readonly code: number; readonly reason: string } | undefined;
}

export interface Connections {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  /** Undefined for one that is unknown, closed or closing. */
  get(connectionId: string): Connection | undefined;
  all(): readonly Connection[];
  /** Closes what has been idle or open for too long. */
  sweep(): void;
  /** Closes all, also those that are pending now and open later. */
  closeAll(): void;
}

const goingAway = { code: 1001, reason: 'Going away' } as const;

/** Starts the closing handshake; the first reason given is the one that $disconnect reports. */
export function closeConnection(connection: Connection, close: { code: number; reason: string }): void {
  connection.closing ??= close;
  connection.socket.close(close.code, close.reason);
}

/**
 * The open connections, and the two clocks that end them: 10 minutes without a message in either direction, 2 hours
 * in all. AWS does not say whether pings count; here they do not, so that a client which is right here is right there.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export function createConnections({ clock, limits }: Pick<GatewayRuntime, 'clock' | 'limits'>): Connections {
  const open = new Map<string, Connection>();
  let isShut = false;
  return {
    add(connection) {
      open.set(connection.facts.connectionId, connection);
      if (isShut) closeConnection(connection, goingAway);
    },
    remove(connection) {
      open.delete(connection.facts.connectionId);
    },
    get(connectionId) {
      const connection = open.get(connectionId);
      return connection && isUsable(connection) ? connection : undefined;
    },
    all: () => [...open.values()],
    sweep() {
      const now = clock.now();
      for (const connection of open.values()) {
        const idle = now - connection.lastActiveAt >= limits.idleTimeoutMs;
        const old = now - connection.facts.connectedAt >= limits.connectionMaxAgeMs;
        if (idle || old) closeConnection(connection, goingAway);
      }
    },
    closeAll() {
      isShut = true;
      for (const connection of open.values()) closeConnection(connection, goingAway);
    },
  };
}

/** Open, and not about to be closed by this side. */
export function isUsable({ closing, socket }: Connection): boolean {
  return closing === undefined && socket.readyState === socket.OPEN;
}
