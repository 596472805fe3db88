import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { conversationKey } from '../conversations/conversation-keys.ts';
import { codes, hasCode, transactWriteWithRetry } from '../dynamo-transaction.ts';
import type { Silence } from './silence.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly backoff: Backoff;
}

/**
 * `silenced_by` beside the counters of a conversation. A transaction of one action, because it must wait its turn behind
 * those that store messages: a plain update would fail on a conflict with them.
 */
export function dynamoSilence({ client, conversationsTable, backoff }: Deps): Silence {
  return {
    async set(convoId, userId, silent) {
      const Update = {
        TableName: conversationsTable,
        Key: conversationKey(convoId),
        ...change(userId, silent),
      };
      const reasons = await transactWriteWithRetry(client, [{ Update }], backoff);
      // There is no such conversation, or it is like that already.
      if (!reasons || hasCode(reasons, 'ConditionalCheckFailed')) return;
      throw new Error(`a conversation could not be silenced: ${codes(reasons)}`);
    },
  };
}

function change(userId: string, silent: boolean) {
  const values = { ':one': 1, ':member': userId, ':members': new Set([userId]) };
  return {
    ExpressionAttributeValues: values,
    ...(silent
      ? {
          UpdateExpression: 'ADD silenced_by :members, members_version :one',
          ConditionExpression: 'attribute_exists(pk) AND NOT contains(silenced_by, :member)',
        }
      : {
          UpdateExpression: 'DELETE silenced_by :members ADD members_version :one',
          ConditionExpression: 'contains(silenced_by, :member)',
        }),
  };
}
