import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { codeKey } from '../auth/auth-keys.ts';
import { unmarshallItem } from '../dynamo-transaction.ts';
import { limits } from '../limits.ts';
import type { CodeStore } from './code-store.ts';

/** A used code leaves its row behind, without the hash, so that a late redelivery of its request is known as answered. */
export function dynamoCodeStore(deps: { client: DynamoDBDocumentClient; authTable: string }): CodeStore {
  const { client, authTable: TableName } = deps;
  return {
    async put(subjectHash, code) {
      const later = 'challenge_hash <> :challenge AND requested_at <= :requested_at';
      const again = 'challenge_hash = :challenge AND sent = :false';
      const item = {
        challenge_hash: code.challengeHash,
        code_hash: code.codeHash,
        user_id: code.userId,
        requested_at: code.requestedAtMs,
        tries: 0,
        sent: false,
        expires_at: code.expiresAt,
      };
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item: { ...codeKey(subjectHash), ...item },
            ConditionExpression: `attribute_not_exists(pk) OR (${later}) OR (${again})`,
            ExpressionAttributeValues: {
              ':challenge': code.challengeHash,
              ':requested_at': code.requestedAtMs,
              ':false': false,
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return 'written';
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const present = error.Item && unmarshallItem(error.Item);
        return present?.challenge_hash === code.challengeHash ? 'repeated' : 'superseded';
      }
    },

    async markSent(subjectHash, codeHash) {
      await updateIf(client, {
        TableName,
        Key: codeKey(subjectHash),
        UpdateExpression: 'SET sent = :true',
        ConditionExpression: 'code_hash = :code',
        ExpressionAttributeValues: { ':true': true, ':code': codeHash },
      });
    },

    async attempt(subjectHash, challengeHash, nowSeconds) {
      // Expired rows stay until DynamoDB's TTL comes round to them, so that the time is part of the condition.
      const item = await updateIf(client, {
        TableName,
        Key: codeKey(subjectHash),
        UpdateExpression: 'ADD tries :one',
        ConditionExpression:
          'challenge_hash = :challenge AND tries < :max AND expires_at > :now AND attribute_exists(code_hash)',
        ExpressionAttributeValues: {
          ':one': 1,
          ':challenge': challengeHash,
          ':max': limits.codeTriesMax,
          ':now': nowSeconds,
        },
        ReturnValues: 'ALL_NEW',
      });
      return item && { codeHash: String(item.code_hash), userId: item.user_id as string | undefined };
    },

    async consume(subjectHash, codeHash) {
      const item = await updateIf(client, {
        TableName,
        Key: codeKey(subjectHash),
        UpdateExpression: 'SET sent = :true REMOVE code_hash',
        ConditionExpression: 'code_hash = :code',
        ExpressionAttributeValues: { ':true': true, ':code': codeHash },
        ReturnValues: 'ALL_NEW',
      });
      return item !== undefined;
    },
  };
}

/** What the update returns (nothing unless it asks); undefined when its condition did not hold. */
async function updateIf(
  client: DynamoDBDocumentClient,
  input: UpdateCommandInput,
): Promise<Record<string, unknown> | undefined> {
  try {
    return (await client.send(new UpdateCommand(input))).Attributes ?? {};
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
