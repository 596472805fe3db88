import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { JWK } from 'jose';
import * as z from 'zod/mini';
import { type Clock, epochSeconds } from '../clock.ts';
import type { PublicKeyStore } from './access-token.ts';
import { publicKeyKey, publicKeysPartition } from './auth-keys.ts';
import { publicKeyMemory } from './public-key-memory.ts';

/** Only these members leave the table: what else a row might hold is not for the world. */
const publicKeyRow = z.object({
  jwk: z.object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string(),
    kid: z.string(),
    alg: z.literal('EdDSA'),
    use: z.literal('sig'),
  }),
  expires_at: z.number(),
});

/**
 * Public keys in the Auth table. A row counts until its `expires_at`, and not until DynamoDB gets round to deleting it,
 * which may be days later: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
 */
export function dynamoPublicKeyStore(
  client: DynamoDBDocumentClient,
  authTable: string,
  clock: Clock,
): PublicKeyStore {
  const memory = publicKeyMemory(clock);

  /** The key of a row that still counts. One that makes no sense is as good as none, and spoils nothing for the others. */
  const living = (item: unknown): { jwk: JWK; expiresAt: number } | undefined => {
    const row = publicKeyRow.safeParse(item);
    if (!row.success || row.data.expires_at <= epochSeconds(clock.now())) return undefined;
    return { jwk: row.data.jwk, expiresAt: row.data.expires_at };
  };

  return {
    async publish(kid, jwk, expiresAt) {
      await unlessRefused(
        client.send(
          new PutCommand({
            TableName: authTable,
            Item: { ...publicKeyKey(kid), jwk, expires_at: expiresAt },
            ConditionExpression: 'attribute_not_exists(pk) OR expires_at < :end',
            ExpressionAttributeValues: { ':end': expiresAt },
          }),
        ),
      );
      memory.forget(kid);
    },

    async retire(kid, expiresAt) {
      await unlessRefused(
        client.send(
          new UpdateCommand({
            TableName: authTable,
            Key: publicKeyKey(kid),
            UpdateExpression: 'SET expires_at = :end',
            ConditionExpression: 'expires_at > :end',
            ExpressionAttributeValues: { ':end': expiresAt },
          }),
        ),
      );
      memory.forget(kid);
    },

    async get(kid) {
      const remembered = memory.recall(kid);
      if (remembered) return remembered.jwk;
      // Consistent, because a token may be here milliseconds after its key was published.
      const answer = await client.send(
        new GetCommand({ TableName: authTable, Key: publicKeyKey(kid), ConsistentRead: true }),
      );
      const found = living(answer.Item);
      memory.remember(kid, found);
      return found?.jwk;
    },

    async list() {
      const answer = await client.send(
        new QueryCommand({
          TableName: authTable,
          KeyConditionExpression: 'pk = :keys',
          ExpressionAttributeValues: { ':keys': publicKeysPartition },
          ConsistentRead: true,
        }),
      );
      return (answer.Items ?? []).flatMap((item) => living(item)?.jwk ?? []);
    },
  };
}

/** A refused condition means that what stands there is right already. */
async function unlessRefused(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
