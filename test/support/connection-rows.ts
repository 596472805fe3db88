import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../localstack/cloud.ts';
import { connectionPartition, connectionShards } from '../../shared/connections/connection-keys.ts';

/** The rows of open connections in a cloud of one's own, which a test makes older than it can wait. */
export function connectionRows({ dynamoDb, plan }: Pick<Cloud, 'dynamoDb' | 'plan'>) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const raw = new DynamoDBClient({ endpoint: dynamoDb.endpoint, region: 'us-east-1', credentials });
  const client = DynamoDBDocumentClient.from(raw);
  const TableName = plan.functions.find(({ name }) => name === 'ws-connect')?.environment.CONNECTIONS_TABLE;

  async function of(userId: string): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for (let shard = 0; shard < connectionShards; shard += 1) {
      const pages = paginateQuery(
        { client },
        {
          TableName,
          KeyConditionExpression: 'pk = :shard',
          ExpressionAttributeValues: { ':shard': connectionPartition(shard) },
          ConsistentRead: true,
        },
      );
      for await (const { Items = [] } of pages)
        rows.push(...Items.filter(({ user_id }) => user_id === userId));
    }
    return rows;
  }

  return {
    of,
    /** As if this person's connections had been opened, and last heard of, so long ago. */
    async makeOlder(userId: string, seconds: number): Promise<void> {
      for (const { pk, sk } of await of(userId))
        await client.send(
          new UpdateCommand({
            TableName,
            Key: { pk, sk },
            UpdateExpression: 'SET opened_at = opened_at - :age REMOVE beat_at',
            ExpressionAttributeValues: { ':age': seconds },
          }),
        );
    },
    close: () => raw.destroy(),
  };
}
