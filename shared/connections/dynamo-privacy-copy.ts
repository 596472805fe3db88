import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unlessConditionFails } from '../dynamo-condition.ts';
import type { PrivacyAspect } from '../users/user.ts';
import { userConnectionsKey } from './connection-keys.ts';
import type { PrivacyCopy } from './connection-store.ts';

/** `hides` beside a person's connections; one write of one small item. */
export function dynamoPrivacyCopy(client: DynamoDBDocumentClient, connectionsTable: string): PrivacyCopy {
  return {
    async setHides(userId, hides) {
      const change =
        hides.length > 0
          ? {
              // Whoever reads the item finds a map of connections, also of somebody who never was connected.
              UpdateExpression:
                'SET user_id = :user, connections = if_not_exists(connections, :empty), hides = :hides',
              ExpressionAttributeValues: { ':user': userId, ':empty': {}, ':hides': hides },
            }
          : { UpdateExpression: 'REMOVE hides', ConditionExpression: 'attribute_exists(pk)' };
      await unlessConditionFails(
        client.send(
          new UpdateCommand({ TableName: connectionsTable, Key: userConnectionsKey(userId), ...change }),
        ),
      );
    },
  };
}

export function hidesOf({ hides }: Record<string, unknown>): { hides?: readonly PrivacyAspect[] } {
  return Array.isArray(hides) && hides.length > 0 ? { hides: hides as PrivacyAspect[] } : {};
}
