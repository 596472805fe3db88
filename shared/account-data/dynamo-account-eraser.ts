import { DeleteCommand, type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import {
  credentialsKey,
  emailClaimKey,
  emailKey,
  gateKey,
  phoneKey,
  secondFactorKey,
} from '../auth/auth-keys.ts';
import type { Backoff } from '../backoff.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { codes, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { foldCase } from '../text.ts';
import type { AccountEraser } from './account-eraser.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly backoff: Backoff;
}

type Key = Record<string, string>;

export function dynamoAccountEraser({ client, authTable, backoff }: Deps): AccountEraser {
  const remove = (key: Key) => client.send(new DeleteCommand({ TableName: authTable, Key: key }));
  const removeIfOwned = (key: Key, userId: string) =>
    unlessConditionFails(
      client.send(
        new DeleteCommand({
          TableName: authTable,
          Key: key,
          ConditionExpression: 'user_id = :owner',
          ExpressionAttributeValues: { ':owner': userId },
        }),
      ),
    );

  return {
    async disable(userId) {
      const keys = [credentialsKey(userId), gateKey(userId), secondFactorKey(userId)];
      const items = keys.map((Key) => ({ Delete: { TableName: authTable, Key } }));
      const reasons = await transactWriteWithRetry(client, items, backoff);
      if (reasons) throw new Error(`an account could not be disabled: ${codes(reasons)}`);
    },

    async releaseAddresses(userId, { email, phone }) {
      const folded = foldCase(email);
      // The holder first: who proves the address meanwhile turns an unproven holder into the claim, never the reverse.
      await removeIfOwned(emailKey(folded), userId);
      await removeIfOwned(emailClaimKey(folded), userId);
      if (phone !== undefined) await removeIfOwned(phoneKey(phone), userId);
    },

    async removeRows(userId) {
      const pages = paginateQuery(
        { client },
        {
          TableName: authTable,
          KeyConditionExpression: 'pk = :person',
          ExpressionAttributeValues: { ':person': gateKey(userId).pk },
          ProjectionExpression: 'pk, sk',
          ConsistentRead: true,
        },
      );
      for await (const page of pages) {
        const keys = (page.Items ?? []).map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
        await pMap(keys, remove, { concurrency: 8 });
      }
    },
  };
}
