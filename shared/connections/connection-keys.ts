import { createHash } from 'node:crypto';

/**
 * The Connections table: who is reachable, where, how they are there, and who watches.
 *
 * | item              | pk                     | sk              | attributes                                       |
 * |-------------------|------------------------|-----------------|--------------------------------------------------|
 * | live connections  | USER#<user_id>         | CONNECTIONS     | connections {connection_id → {session_id, opened_at, expires_at, retired?, idle?}}, ended_at_ms |
 * | connection        | CONN#<shard>           | <connection_id> | user_id, session_id, opened_at, beat_at?, warned_at?, expires_at (TTL) |
 * | presence          | USER#<user_id>         | PRESENCE        | status, last_seen, availability?, custom?, hidden, version, rev, cause?, expires_at? (TTL, once erased) |
 * | watcher           | PRESENCE#<user_id>     | <connection_id> | user_id of the watcher, at_ms, gone?, expires_at (TTL) |
 * | whom one watches  | WATCH#<connection_id>  | WATCHED         | user_ids (set), expires_at (TTL)                 |
 *
 * All connections of a person are one item: a recipient costs one key of a BatchGetItem, and each change of it is one
 * record of the stream. `ended_at_ms` is when the last one was taken from it.
 *
 * The connections themselves stand in a few partitions, so that the sweep reads them and nothing else of the table.
 */
export const userConnectionsKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'CONNECTIONS' });
export const presenceKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'PRESENCE' });
export const connectionKey = (connectionId: string) => ({
  pk: connectionPartition(shardOf(connectionId)),
  sk: connectionId,
});
export const watcherPartition = (userId: string) => `PRESENCE#${userId}`;
export const watcherKey = (userId: string, connectionId: string) => ({
  pk: watcherPartition(userId),
  sk: connectionId,
});
export const watchedKey = (connectionId: string) => ({ pk: `WATCH#${connectionId}`, sk: 'WATCHED' });

/** A partition takes 1,000 writes a second; an empty one still costs the sweep half a unit each minute. */
export const connectionShards = 16;

export const connectionPartition = (shard: number) => `CONN#${String(shard).padStart(2, '0')}`;

function shardOf(connectionId: string): number {
  return (createHash('sha256').update(connectionId).digest()[0] ?? 0) % connectionShards;
}

/** Whose item of the stream it is; undefined for a key that is none of `userConnectionsKey`. */
export function ownerOf({ pk, sk }: { readonly pk: string; readonly sk: string }): string | undefined {
  return sk === 'CONNECTIONS' && pk.startsWith('USER#') ? pk.slice('USER#'.length) : undefined;
}
