import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { type Backoff, jitteredBackoff } from './backoff.ts';

type Key = Record<string, string>;
type Item = Record<string, unknown>;

interface ReadOptions {
  readonly consistent?: boolean;
  readonly backoff?: Backoff;
}

const keysPerCallMax = 100;
const roundsMax = 6;

/**
 * Reads any number of items by key, 100 a call, the calls side by side. Keys must be distinct; the order is not kept.
 * What DynamoDB leaves unprocessed is asked for again; if some of it stays so, it throws rather than answer with less.
 */
export async function batchGet(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
  options: ReadOptions = {},
): Promise<Item[]> {
  const chunks = Array.from({ length: Math.ceil(keys.length / keysPerCallMax) }, (_, index) =>
    keys.slice(index * keysPerCallMax, (index + 1) * keysPerCallMax),
  );
  const pages = await pMap(chunks, (chunk) => readChunk(client, table, chunk, options), { concurrency: 4 });
  return pages.flat();
}

async function readChunk(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
  { consistent = false, backoff = jitteredBackoff }: ReadOptions,
): Promise<Item[]> {
  const items: Item[] = [];
  let pending: Key[] = [...keys];
  for (let round = 0; pending.length > 0; round += 1) {
    if (round === roundsMax) throw new Error(`DynamoDB left ${pending.length} keys of ${table} unread`);
    if (round > 0) await backoff.wait(round);
    const answer = await client.send(
      new BatchGetCommand({
        RequestItems: {
          [table]: {
            Keys: pending,
            ConsistentRead: consistent,
          },
        },
      }),
    );
    items.push(...(answer.Responses?.[table] ?? []));
    pending = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as Key[];
  }
  return items;
}
