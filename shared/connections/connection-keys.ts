/**
 * The Connections table: who is reachable, and where.
 *
 * | item              | pk                    | sk          | attributes                                            |
 * |-------------------|-----------------------|-------------|-------------------------------------------------------|
 * | live connections  | USER#<user_id>        | CONNECTIONS | connections {connection_id → {session_id, opened_at, expires_at, retired?}} |
 * | connection        | CONN#<connection_id>  | CONNECTION  | user_id, session_id, expires_at (TTL)                 |
 *
 * All connections of a person are one item: a recipient costs one key of a BatchGetItem, and the stream's old and new
 * image of it are the transition from offline to online.
 */
export const userConnectionsKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'CONNECTIONS' });
export const connectionKey = (connectionId: string) => ({ pk: `CONN#${connectionId}`, sk: 'CONNECTION' });
