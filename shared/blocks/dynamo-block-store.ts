import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import type { Backoff } from '../backoff.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { codes, hasCode, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { blockKey, blockPrefix, profileKey } from '../users/user-keys.ts';
import type { BlockStore } from './block-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly usersTable: string;
  readonly backoff: Backoff;
}

/** One item per block in the Users table, so that both profiles can be demanded in the transaction that writes it. */
export function dynamoBlockStore({ client, usersTable, backoff }: Deps): BlockStore {
  const list = async (userId: string): Promise<string[]> => {
    const pages = paginateQuery(
      { client },
      {
        TableName: usersTable,
        KeyConditionExpression: 'pk = :person AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':person': profileKey(userId).pk, ':prefix': blockPrefix },
        ConsistentRead: true,
      },
    );
    const blocks: { userId: string; createdAt: string }[] = [];
    for await (const page of pages) {
      for (const item of page.Items ?? [])
        blocks.push({ userId: String(item.user_id), createdAt: String(item.created_at) });
    }
    return blocks.sort((a, b) => b.createdAt.localeCompare(a.createdAt)).map((block) => block.userId);
  };

  const remove = async (userId: string, blockedId: string): Promise<void> => {
    await client.send(new DeleteCommand({ TableName: usersTable, Key: blockKey(userId, blockedId) }));
  };

  const lives = (userId: string) => ({
    ConditionCheck: {
      TableName: usersTable,
      Key: profileKey(userId),
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(deleted_at)',
    },
  });

  return {
    list,
    remove,

    async put(userId, blockedId, createdAt) {
      const block = {
        Update: {
          TableName: usersTable,
          Key: blockKey(userId, blockedId),
          UpdateExpression: 'SET user_id = :blocked, created_at = if_not_exists(created_at, :now)',
          ExpressionAttributeValues: { ':blocked': blockedId, ':now': createdAt },
        },
      };
      const reasons = await transactWriteWithRetry(client, [lives(userId), lives(blockedId), block], backoff);
      if (!reasons) return true;
      if (hasCode(reasons, 'ConditionalCheckFailed')) return false;
      throw new Error(`a block could not be written: ${codes(reasons)}`);
    },

    async has(userId, blockedId) {
      const key = blockKey(userId, blockedId);
      const answer = await client.send(
        new GetCommand({ TableName: usersTable, Key: key, ConsistentRead: true }),
      );
      return answer.Item !== undefined;
    },

    async removeAll(userId) {
      await pMap(await list(userId), (blockedId) => remove(userId, blockedId), { concurrency: 8 });
    },

    async between(userId, others) {
      const keys = [...new Set(others)].flatMap((other) => [
        blockKey(userId, other),
        blockKey(other, userId),
      ]);
      const items = await batchGet(client, usersTable, keys, { consistent: true, backoff });
      // A block names who is blocked in its sort key, and who blocks in its partition.
      const people = items.flatMap(({ pk, sk }) => [idIn(pk, 'USER#'), idIn(sk, blockPrefix)]);
      return new Set(people.filter((person) => person !== userId));
    },
  };
}

function idIn(key: unknown, prefix: string): string {
  return String(key).slice(prefix.length);
}
