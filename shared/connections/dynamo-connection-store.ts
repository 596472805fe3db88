import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Identity } from '../auth/access-token.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { limits } from '../limits.ts';
import { connectionKey, userConnectionsKey } from './connection-keys.ts';
import type { Connection, ConnectionStore, OpenConnection, Reach } from './connection-store.ts';
import { hidesOf } from './dynamo-privacy-copy.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly connectionsTable: string;
  readonly clock: Clock;
}

interface Lease {
  readonly session_id: string;
  readonly opened_at: number;
  readonly expires_at: number;
  readonly retired?: true;
  readonly idle?: true;
}

export function dynamoConnectionStore({ client, connectionsTable: TableName, clock }: Deps): ConnectionStore {
  const nowSeconds = () => epochSeconds(clock.now());

  const addLease = async (
    userId: string,
    connectionId: string,
    lease: Lease,
  ): Promise<Record<string, Lease>> => {
    const answer = await client.send(
      new UpdateCommand({
        TableName,
        Key: userConnectionsKey(userId),
        UpdateExpression: 'SET connections.#connection = :lease',
        ConditionExpression: 'attribute_exists(connections)',
        ExpressionAttributeNames: { '#connection': connectionId },
        ExpressionAttributeValues: { ':lease': lease },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return answer.Attributes?.connections ?? {};
  };

  /** The map of a person's first connection ever; harmless when another connection made it meanwhile. */
  const createMap = async (userId: string): Promise<void> => {
    await client.send(
      new UpdateCommand({
        TableName,
        Key: userConnectionsKey(userId),
        UpdateExpression: 'SET user_id = :user, connections = if_not_exists(connections, :empty)',
        ExpressionAttributeValues: { ':user': userId, ':empty': {} },
      }),
    );
  };

  const removeLeases = async (userId: string, connectionIds: readonly string[]): Promise<void> => {
    await unlessConditionFails(
      client.send(
        new UpdateCommand({
          TableName,
          Key: userConnectionsKey(userId),
          UpdateExpression: `REMOVE ${connectionIds.map((_, index) => `connections.#c${index}`).join(', ')} SET ended_at_ms = :now`,
          ConditionExpression: 'attribute_exists(connections)',
          ExpressionAttributeNames: Object.fromEntries(connectionIds.map((id, index) => [`#c${index}`, id])),
          ExpressionAttributeValues: { ':now': clock.now() },
        }),
      ),
    );
  };

  /** False when the lease is too new to be called gone, or was removed before. */
  const removeSettledLease = (userId: string, connectionId: string): Promise<boolean> =>
    unlessConditionFails(
      client.send(
        new UpdateCommand({
          TableName,
          Key: userConnectionsKey(userId),
          UpdateExpression: 'REMOVE connections.#connection SET ended_at_ms = :now',
          ConditionExpression: 'connections.#connection.opened_at < :settled',
          ExpressionAttributeNames: { '#connection': connectionId },
          ExpressionAttributeValues: {
            ':settled': nowSeconds() - limits.connectionOpeningSeconds,
            ':now': clock.now(),
          },
        }),
      ),
    );

  const removeRow = (connectionId: string) =>
    client.send(new DeleteCommand({ TableName, Key: connectionKey(connectionId) }));

  /** The lease first: while the row is there, the sweep finds what is left of a connection. */
  const drop = async (userId: string, connectionId: string): Promise<void> => {
    await removeLeases(userId, [connectionId]);
    await removeRow(connectionId);
  };

  const reach = async (userId: string): Promise<Reach> => {
    const { Item: item } = await client.send(
      new GetCommand({ TableName, Key: userConnectionsKey(userId), ConsistentRead: true }),
    );
    const endedAtMs = item?.ended_at_ms;
    return {
      connections: item ? openConnections(item, nowSeconds()) : [],
      endedAtMs: typeof endedAtMs === 'number' ? endedAtMs : undefined,
      hides: hidesOf(item ?? {}).hides ?? [],
    };
  };

  const identify = async (connectionId: string): Promise<Identity | undefined> => {
    const answer = await client.send(
      new GetCommand({ TableName, Key: connectionKey(connectionId), ConsistentRead: true }),
    );
    const item = answer.Item;
    if (!item || item.expires_at <= nowSeconds()) return undefined;
    return { userId: item.user_id, sessionId: item.session_id };
  };

  return {
    identify,
    drop,
    reach,
    allOf: async (userId) => (await reach(userId)).connections,

    async forget(userId, connectionId) {
      if (await removeSettledLease(userId, connectionId)) await removeRow(connectionId);
    },

    async open({ userId, sessionId, connectionId }) {
      const opened_at = nowSeconds();
      const lease = {
        session_id: sessionId,
        opened_at,
        expires_at: opened_at + limits.connectionLeaseSeconds,
      };
      await client.send(
        new PutCommand({ TableName, Item: { ...connectionKey(connectionId), user_id: userId, ...lease } }),
      );
      const add = () => addLease(userId, connectionId, lease);
      const leases = await add().catch(async (error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        await createMap(userId);
        return await add();
      });
      // $disconnect is best effort: what it missed is swept when the person next connects.
      const expired = Object.keys(leases).filter((id) => (leases[id]?.expires_at ?? 0) <= nowSeconds());
      if (expired.length > 0) await removeLeases(userId, expired);
      return openConnections({ user_id: userId, connections: leases }, nowSeconds());
    },

    async retire(userId, connectionId) {
      const mark = new UpdateCommand({
        TableName,
        Key: userConnectionsKey(userId),
        UpdateExpression: 'SET connections.#connection.retired = :true',
        ConditionExpression: 'attribute_exists(connections.#connection)',
        ExpressionAttributeNames: { '#connection': connectionId },
        ExpressionAttributeValues: { ':true': true },
      });
      await unlessConditionFails(client.send(mark));
    },

    async setIdle(userId, connectionId, idle) {
      const mark = new UpdateCommand({
        TableName,
        Key: userConnectionsKey(userId),
        UpdateExpression: idle
          ? 'SET connections.#connection.idle = :true'
          : 'REMOVE connections.#connection.idle',
        ConditionExpression: 'attribute_exists(connections.#connection)',
        ExpressionAttributeNames: { '#connection': connectionId },
        ...(idle && { ExpressionAttributeValues: { ':true': true } }),
      });
      await unlessConditionFails(client.send(mark));
    },

    async close(connectionId) {
      const identity = await identify(connectionId);
      if (identity) await drop(identity.userId, connectionId);
    },

    async ofUsers(userIds) {
      const keys = [...new Set(userIds)].map(userConnectionsKey);
      const items = await batchGet(client, TableName, keys, { consistent: true });
      return items.flatMap((item) => liveConnections(item, nowSeconds()));
    },
  };
}

/** Those of a person's connections that are pushed to. */
export function liveConnections(item: Record<string, unknown>, nowSeconds: number): Connection[] {
  return openConnections(item, nowSeconds)
    .filter(({ retired }) => !retired)
    .map(({ userId, sessionId, connectionId }) => ({ userId, sessionId, connectionId, ...hidesOf(item) }));
}

function openConnections(item: Record<string, unknown>, nowSeconds: number): OpenConnection[] {
  return Object.entries(item.connections as Record<string, Lease>)
    .filter(([, lease]) => lease.expires_at > nowSeconds)
    .map(([connectionId, lease]) => ({
      connectionId,
      userId: String(item.user_id),
      sessionId: lease.session_id,
      openedAt: lease.opened_at,
      retired: lease.retired === true,
      idle: lease.idle === true,
    }));
}
