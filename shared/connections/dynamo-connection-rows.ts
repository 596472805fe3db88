import { type DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../clock.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { connectionKey, connectionPartition, connectionShards } from './connection-keys.ts';
import type { ConnectionRow, ConnectionRows } from './connection-rows.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly connectionsTable: string;
  readonly clock: Clock;
}

/**
 * A sweep reads these rows and nothing else of the table: half a unit per 4 KB, which are about twenty connections, so 250
 * units a minute for 10,000 of them. A Scan would read the watchers, too, which are twenty times as many, and everybody
 * who was ever here.
 */
export function dynamoConnectionRows({ client, connectionsTable: TableName, clock }: Deps): ConnectionRows {
  const nowSeconds = () => epochSeconds(clock.now());

  /** Never makes a row: one that its end has just taken away must not come back without its person. */
  const note = async (connectionId: string, attribute: 'beat_at' | 'warned_at'): Promise<void> => {
    await unlessConditionFails(
      client.send(
        new UpdateCommand({
          TableName,
          Key: connectionKey(connectionId),
          UpdateExpression: 'SET #attribute = :now',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#attribute': attribute },
          ExpressionAttributeValues: { ':now': nowSeconds() },
        }),
      ),
    );
  };

  return {
    shards: Array.from({ length: connectionShards }, (_, shard) => shard),
    noteLife: (connectionId) => note(connectionId, 'beat_at'),
    noteWarning: (connectionId) => note(connectionId, 'warned_at'),

    async livedAt(connectionId) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName, Key: connectionKey(connectionId) }),
      );
      return item && toRow(item).livedAt;
    },

    async due(shard, { silentSince, openedBefore }) {
      const pages = paginateQuery(
        { client },
        {
          TableName,
          KeyConditionExpression: 'pk = :shard',
          // Spares the transfer, not the units.
          FilterExpression:
            'expires_at <= :now OR beat_at < :silent OR (attribute_not_exists(beat_at) AND opened_at < :silent)' +
            ' OR (attribute_not_exists(warned_at) AND opened_at < :old)',
          ExpressionAttributeValues: {
            ':shard': connectionPartition(shard),
            ':now': nowSeconds(),
            ':silent': silentSince,
            ':old': openedBefore,
          },
        },
      );
      const rows: ConnectionRow[] = [];
      for await (const { Items: items = [] } of pages) rows.push(...items.map(toRow));
      return rows;
    },
  };
}

function toRow(item: Record<string, unknown>): ConnectionRow {
  const openedAt = Number(item.opened_at);
  return {
    connectionId: String(item.sk),
    userId: String(item.user_id),
    sessionId: String(item.session_id),
    openedAt,
    expiresAt: Number(item.expires_at),
    livedAt: typeof item.beat_at === 'number' ? item.beat_at : openedAt,
    warned: item.warned_at !== undefined,
  };
}
