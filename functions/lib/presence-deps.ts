import { systemClock } from '../../shared/clock.ts';
import * as deps from './deps.ts';

/** What settling somebody's presence, watching it and telling it take. */
export function presenceDeps(env: { CONNECTIONS_TABLE: string; USERS_TABLE: string; WEBSOCKET_URL: string }) {
  return {
    presence: deps.presence(env),
    watches: deps.watches(env),
    connections: deps.connections(env),
    users: deps.users(env),
    blocks: deps.blocks(env),
    gateway: deps.sockets(env),
    backoff: deps.backoff,
    clock: systemClock,
  };
}
