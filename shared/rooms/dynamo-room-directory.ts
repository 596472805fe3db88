import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import {
  membershipKey,
  roomKey,
  roomKeySeparator,
  roomPartition,
} from '../conversations/conversation-keys.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import type { RoomDirectory, RoomRow } from './room-directory.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly backoff: Backoff;
}

export function dynamoRoomDirectory({ client, conversationsTable, backoff }: Deps): RoomDirectory {
  return {
    async page(prefix, { limit, after }) {
      const partition = roomPartition(prefix);
      const answer = await client.send(
        new QueryCommand({
          TableName: conversationsTable,
          KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': partition, ...(prefix !== '' && { ':prefix': prefix }) },
          ConsistentRead: true,
          Limit: limit,
          ...(after && { ExclusiveStartKey: roomKey(partition, after.term, after.convoId) }),
        }),
      );
      const rows = (answer.Items ?? []).map(toRow);
      return { rows, next: answer.LastEvaluatedKey && toRow(answer.LastEvaluatedKey) };
    },

    async joinedBy(userId, convoIds) {
      const keys = convoIds.map((convoId) => membershipKey(userId, convoId));
      const items = await batchGet(client, conversationsTable, keys, { consistent: true, backoff });
      return new Set(items.filter(({ left }) => left === undefined).map(({ convo_id }) => String(convo_id)));
    },
  };
}

function toRow({ sk }: Record<string, unknown>): RoomRow {
  const [term = '', convoId = ''] = String(sk).split(roomKeySeparator);
  return { term, convoId };
}
