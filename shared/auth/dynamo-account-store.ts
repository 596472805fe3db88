import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { codes, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { foldCase } from '../text.ts';
import { handleKey, profileKey, searchTermItems } from '../users/user-keys.ts';
import type { AccountStore, Credentials } from './account-store.ts';
import { credentialsKey, emailKey, gateKey } from './auth-keys.ts';
import { sessionItem } from './dynamo-session-store.ts';

interface Tables {
  readonly authTable: string;
  readonly usersTable: string;
}

export function dynamoAccountStore(
  client: DynamoDBDocumentClient,
  tables: Tables,
  backoff: Backoff,
): AccountStore {
  return {
    async create({ profile, passwordHash, session }) {
      const { userId, email } = profile;
      const inAuth = (item: Record<string, unknown>) => put(tables.authTable, item);
      const inUsers = (item: Record<string, unknown>) => put(tables.usersTable, item);
      const reasons = await transactWriteWithRetry(
        client,
        [
          ifAbsent(inAuth({ ...emailKey(foldCase(email)), user_id: userId })),
          ifAbsent(inUsers({ ...handleKey(profile.handle), user_id: userId })),
          inAuth({ ...credentialsKey(userId), user_id: userId, email, password_hash: passwordHash }),
          inAuth({ ...gateKey(userId), sessions: { [session.sessionId]: session.expiresAt }, tat: {} }),
          inAuth(sessionItem(session)),
          inUsers({
            ...profileKey(userId),
            user_id: userId,
            handle: profile.handle,
            display_name: profile.displayName,
            email,
            created_at: profile.createdAt,
          }),
          ...searchTermItems(profile).map(inUsers),
        ],
        backoff,
      );
      if (!reasons) return 'created';
      if (reasons[0]?.code === 'ConditionalCheckFailed') return 'email_taken';
      if (reasons[1]?.code === 'ConditionalCheckFailed') return 'handle_taken';
      throw new Error(`an account could not be created: ${codes(reasons)}`);
    },

    async findByEmail(email) {
      const get = async (key: Record<string, string>) =>
        (await client.send(new GetCommand({ TableName: tables.authTable, Key: key, ConsistentRead: true })))
          .Item;
      const reservation = await get(emailKey(foldCase(email)));
      if (!reservation) return undefined;
      const item = await get(credentialsKey(reservation.user_id));
      return item && ({ userId: item.user_id, passwordHash: item.password_hash } satisfies Credentials);
    },
  };
}

function put(table: string, item: Record<string, unknown>) {
  return { Put: { TableName: table, Item: item } };
}

function ifAbsent(action: ReturnType<typeof put>) {
  return { Put: { ...action.Put, ConditionExpression: 'attribute_not_exists(pk)' } };
}
