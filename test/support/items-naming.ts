import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../localstack/cloud.ts';

/** Every item of every table in which this text stands anywhere, keys included. */
export async function itemsNaming(
  { dynamoDb, plan }: Pick<Cloud, 'dynamoDb' | 'plan'>,
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: dynamoDb.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
  );
  const found: Record<string, unknown>[] = [];
  for (const { name } of plan.tables) {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: name, ConsistentRead: true }))
      found.push(...Items.filter((item) => JSON.stringify(item, sets).includes(text)));
  }
  client.destroy();
  return found;
}

function sets(_key: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}
