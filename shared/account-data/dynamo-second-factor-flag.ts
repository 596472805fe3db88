import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { secondFactorKey } from '../auth/auth-keys.ts';
import type { SecondFactorFlag } from './export-account.ts';

/** Reads nothing of the factor but its state: its secret is not needed to say that there is one. */
export function dynamoSecondFactorFlag(client: DynamoDBDocumentClient, authTable: string): SecondFactorFlag {
  return {
    async isActive(userId) {
      const answer = await client.send(
        new GetCommand({
          TableName: authTable,
          Key: secondFactorKey(userId),
          ConsistentRead: true,
          ProjectionExpression: '#status',
          ExpressionAttributeNames: { '#status': 'status' },
        }),
      );
      return answer.Item?.status === 'active';
    },
  };
}
