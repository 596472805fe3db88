import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { JWK } from 'jose';
import type { PublicKeyStore } from './access-token.ts';
import { publicKeyKey, publicKeysPartition } from './auth-keys.ts';

/** Published keys never change under their kid, so an environment that has seen one keeps it. */
export function dynamoPublicKeyStore(client: DynamoDBDocumentClient, authTable: string): PublicKeyStore {
  const seen = new Map<string, JWK>();
  return {
    async publish(kid, jwk) {
      await client.send(new PutCommand({ TableName: authTable, Item: { ...publicKeyKey(kid), jwk } }));
      seen.set(kid, jwk);
    },

    async get(kid) {
      const known = seen.get(kid);
      if (known) return known;
      const answer = await client.send(new GetCommand({ TableName: authTable, Key: publicKeyKey(kid) }));
      const jwk = answer.Item?.jwk as JWK | undefined;
      if (jwk) seen.set(kid, jwk);
      return jwk;
    },

    async list() {
      const answer = await client.send(
        new QueryCommand({
          TableName: authTable,
          KeyConditionExpression: 'pk = :keys',
          ExpressionAttributeValues: { ':keys': publicKeysPartition },
        }),
      );
      return (answer.Items ?? []).map((item) => item.jwk as JWK);
    },
  };
}
