import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ticketKey } from './auth-keys.ts';
import type { TicketStore } from './ticket.ts';

export function dynamoTicketStore(client: DynamoDBDocumentClient, authTable: string): TicketStore {
  return {
    async put(ticketHash, identity, expiresAt) {
      const item = { user_id: identity.userId, session_id: identity.sessionId, expires_at: expiresAt };
      await client.send(
        new PutCommand({ TableName: authTable, Item: { ...ticketKey(ticketHash), ...item } }),
      );
    },

    async redeem(ticketHash, nowSeconds) {
      try {
        // One conditional delete: of two sockets with one ticket exactly one gets in.
        const answer = await client.send(
          new DeleteCommand({
            TableName: authTable,
            Key: ticketKey(ticketHash),
            ConditionExpression: 'expires_at > :now',
            ExpressionAttributeValues: { ':now': nowSeconds },
            ReturnValues: 'ALL_OLD',
          }),
        );
        const item = answer.Attributes;
        return item && { userId: String(item.user_id), sessionId: String(item.session_id) };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}
