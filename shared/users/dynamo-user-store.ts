import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { batchGet } from '../dynamo-batch-get.ts';
import type { UserProfile } from './user.ts';
import { profileKey, termPartition } from './user-keys.ts';
import type { UserStore } from './user-store.ts';

export function dynamoUserStore(client: DynamoDBDocumentClient, usersTable: string): UserStore {
  return {
    async get(userId) {
      const answer = await client.send(new GetCommand({ TableName: usersTable, Key: profileKey(userId) }));
      return answer.Item && fromItem(answer.Item);
    },

    async getMany(userIds) {
      const items = await batchGet(client, usersTable, [...new Set(userIds)].map(profileKey));
      return items.map(fromItem);
    },

    async findByPrefix(prefix, limit) {
      const answer = await client.send(
        new QueryCommand({
          TableName: usersTable,
          KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':partition': termPartition(prefix), ':prefix': prefix },
          // A person stands under several terms; twice the limit leaves enough after the doubles are gone.
          Limit: limit * 2,
        }),
      );
      const people = new Map(
        (answer.Items ?? []).map((item) => [
          item.user_id as string,
          { userId: item.user_id, handle: item.handle, displayName: item.display_name },
        ]),
      );
      return [...people.values()].slice(0, limit);
    },
  };
}

function fromItem(item: Record<string, unknown>): UserProfile {
  return {
    userId: String(item.user_id),
    handle: String(item.handle),
    displayName: String(item.display_name),
    email: String(item.email),
    createdAt: String(item.created_at),
  };
}
