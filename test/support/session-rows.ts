/** Sessions of people whose accounts are in a test database. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import type { Identity } from '../../shared/auth/access-token.ts';
import { sessionKey } from '../../shared/auth/auth-keys.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { newSession } from '../../shared/auth/session.ts';
import { epochSeconds, systemClock } from '../../shared/clock.ts';
import { randomIds } from '../../shared/ids.ts';
import { limits } from '../../shared/limits.ts';
import { instantBackoff } from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';

export const sessionStoreIn = ({ client, tables: { authTable } }: TestDatabase) =>
  dynamoSessionStore({ client, authTable, clock: systemClock, backoff: instantBackoff() });

/** Another session of the same person, on another device. */
export async function anotherSession(database: TestDatabase, { userId }: Pick<Identity, 'userId'>) {
  const device = { userAgent: 'Phone/1', ip: '198.51.100.4' };
  const identity = { userId, sessionId: randomIds.session() };
  const session = newSession(identity, randomIds.secret(), systemClock.now(), device);
  expect(await sessionStoreIn(database).add(session)).toBe(true);
  return session;
}

/** As if the sign-in of this session were longer ago than counts as recent. */
export async function signedInLongAgo(
  { client, tables }: TestDatabase,
  { userId, sessionId }: Identity,
): Promise<void> {
  const at = epochSeconds(systemClock.now()) - limits.recentAuthenticationSeconds - 1;
  await client.send(
    new UpdateCommand({
      TableName: tables.authTable,
      Key: sessionKey(userId, sessionId),
      UpdateExpression: 'SET authenticated_at = :at',
      ExpressionAttributeValues: { ':at': at },
    }),
  );
}
