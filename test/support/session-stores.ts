/** The session store on DynamoDB and the one that use cases are tested with, for suites that hold both to the same. */
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { credentialsKey, gateKey } from '../../shared/auth/auth-keys.ts';
import { dynamoSessionStore, sessionItem } from '../../shared/auth/dynamo-session-store.ts';
import type { Session } from '../../shared/auth/session.ts';
import type { Clock } from '../../shared/clock.ts';
import { aSession, countingIds, instantBackoff, movableClock } from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';
import { inMemorySessionStore } from './in-memory-session-store.ts';

const ids = countingIds('SESS');

/** Hears which sessions are pushed out, in a place that may refuse to. */
function surplusListener() {
  const heard: string[] = [];
  let refuses = false;
  return {
    heard,
    refuse: () => {
      refuses = true;
    },
    beforeSurplusEnds: async (_userId: string, sessionIds: readonly string[]) => {
      heard.push(...sessionIds);
      if (refuses) throw new Error('the queue takes nothing');
    },
  };
}
type Listener = ReturnType<typeof surplusListener>;

export function storeOnDynamo(
  { client, tables: { authTable } }: TestDatabase,
  clock: Clock,
  listener: Partial<Listener> = {},
) {
  return dynamoSessionStore({ client, authTable, clock, backoff: instantBackoff(), ...listener });
}

export async function putAuthItem({ client, tables }: TestDatabase, item: Record<string, unknown>) {
  await client.send(new PutCommand({ TableName: tables.authTable, Item: item }));
}

/** What every account has besides its sessions, and its first one. */
export async function putAccount(database: TestDatabase, first: Session) {
  const sessions = { [first.sessionId]: first.expiresAt };
  await putAuthItem(database, { ...gateKey(first.userId), sessions, tat: {} });
  const credentials = { user_id: first.userId, password_hash: 'hash' };
  await putAuthItem(database, { ...credentialsKey(first.userId), ...credentials });
  await putAuthItem(database, sessionItem(first));
}

/** @param database as `testDatabase()` gives it: it is there from the first test on. */
export function sessionStores(database: () => TestDatabase) {
  return {
    async DynamoDB(clock: Clock, first: Session, listener: Listener) {
      await putAccount(database(), first);
      const { client, tables } = database();
      const credentials = { TableName: tables.authTable, Key: credentialsKey(first.userId) };
      return {
        store: storeOnDynamo(database(), clock, listener),
        eraseCredentials: async () => void (await client.send(new DeleteCommand(credentials))),
      };
    },
    async 'the in-memory stand-in'(clock: Clock, first: Session, listener: Listener) {
      const store = inMemorySessionStore(clock, listener.beforeSurplusEnds);
      const accounts = new Map([[first.userId, { passwordHash: 'hash' }]]);
      await store.add(first);
      store.belongTo((userId) => accounts.get(userId));
      return {
        store,
        eraseCredentials: async () => accounts.clear(),
      };
    },
  };
}

type Stores = ReturnType<typeof sessionStores>;

/** Somebody with one session, and more of theirs to be added. */
export async function sessionsOn(open: Stores[keyof Stores]) {
  const clock = movableClock();
  const user = ids.user();
  const session = (more: Parameters<typeof aSession>[0] = {}) =>
    aSession({ userId: user, sessionId: ids.session(), ...more });
  const first = session();
  const listener = surplusListener();
  return { clock, session, first, user, listener, ...(await open(clock, first, listener)) };
}
