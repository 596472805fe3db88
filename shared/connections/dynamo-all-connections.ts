import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../clock.ts';
import type { AllConnections } from './all-connections.ts';
import { userConnectionsKey } from './connection-keys.ts';
import { liveConnections } from './dynamo-connection-store.ts';

/**
 * Reads the whole table, up to 1 MB a page: 128 read units for some 3,000 people. For what is told to everybody, which is
 * rare; nothing on the way of a message comes here.
 */
export function dynamoAllConnections({
  client,
  connectionsTable: TableName,
  clock,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly connectionsTable: string;
  readonly clock: Clock;
}): AllConnections {
  return {
    async page(after) {
      const answer = await client.send(
        new ScanCommand({
          TableName,
          FilterExpression: 'sk = :connections',
          ExpressionAttributeValues: { ':connections': userConnectionsKey('').sk },
          ...(after !== undefined && { ExclusiveStartKey: JSON.parse(after) as Record<string, string> }),
        }),
      );
      const connections = (answer.Items ?? []).flatMap((item) =>
        liveConnections(item, epochSeconds(clock.now())),
      );
      return { connections, next: answer.LastEvaluatedKey && JSON.stringify(answer.LastEvaluatedKey) };
    },
  };
}
