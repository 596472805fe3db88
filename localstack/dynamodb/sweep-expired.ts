import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../contracts.ts';
import type { TableDefinition } from '../template/cloud-plan.ts';

/** An attribute that is older than this is not taken for an expiry. */
const oldestSeconds = 5 * 365 * 24 * 3600;
const deletesAtOnce = 10;

/**
 * Deletes what has expired, which the emulator does not do by itself: items whose time-to-live attribute is a number
 * of seconds in the past, though not by more than five years. Answers how many.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export async function sweepExpired(
  client: DynamoDBClient,
  tables: readonly TableDefinition[],
  clock: Clock,
): Promise<number> {
  let deleted = 0;
  for (const table of tables) {
    if (table.timeToLiveAttribute === undefined) continue;
    const nowSeconds = Math.floor(clock.now() / 1000);
    deleted += await sweepTable(client, table, expiredAt(table.timeToLiveAttribute, nowSeconds));
  }
  return deleted;
}

function expiredAt(attribute: string, nowSeconds: number) {
  return {
    expression: 'attribute_type(#ttl, :number) AND #ttl < :now AND #ttl > :oldest',
    ExpressionAttributeNames: { '#ttl': attribute },
    ExpressionAttributeValues: {
      ':number': { S: 'N' },
      ':now': { N: String(nowSeconds) },
      ':oldest': { N: String(nowSeconds - oldestSeconds) },
    },
  };
}

async function sweepTable(
  client: DynamoDBClient,
  table: TableDefinition,
  { expression, ...values }: ReturnType<typeof expiredAt>,
): Promise<number> {
  let deleted = 0;
  let after: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table.name,
        FilterExpression: expression,
        ...values,
        ExclusiveStartKey: after,
      }),
    );
    const items = page.Items ?? [];
    for (let start = 0; start < items.length; start += deletesAtOnce) {
      const batch = items.slice(start, start + deletesAtOnce).map(async (item) => {
        const Key = keyOf(table, item);
        // Its expiry may have been moved since the scan.
        const command = new DeleteItemCommand({
          TableName: table.name,
          Key,
          ConditionExpression: expression,
          ...values,
        });
        await client.send(command).catch(ignoreFailedCondition);
      });
      await Promise.all(batch);
    }
    deleted += items.length;
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
  return deleted;
}

function keyOf(
  { keys }: TableDefinition,
  item: Record<string, AttributeValue>,
): Record<string, AttributeValue> {
  const names = new Set(keys.map((key) => key.AttributeName));
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

function ignoreFailedCondition(error: unknown): void {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
}
