/** The account store on DynamoDB and the one that use cases are tested with, for suites that hold both to the same. */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import type { Address } from '../../shared/auth/account-store.ts';
import { secondFactorKey } from '../../shared/auth/auth-keys.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { dynamoUserStore } from '../../shared/users/dynamo-user-store.ts';
import type { UserProfile } from '../../shared/users/user.ts';
import { aProfile, aSession, countingIds, instantBackoff, movableClock } from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';
import { inMemoryAccountStore } from './in-memory-account-store.ts';
import { inMemorySessionStore } from './in-memory-session-store.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';

const ids = countingIds('ACC');

/** @param database as `testDatabase()` gives it: it is there from the first test on. */
export function accountStores(database: () => TestDatabase) {
  return {
    DynamoDB() {
      const { client, tables } = database();
      const { authTable, usersTable } = tables;
      const backoff = instantBackoff();
      return {
        accounts: dynamoAccountStore(client, tables, backoff),
        users: dynamoUserStore(client, usersTable),
        sessions: dynamoSessionStore({ client, authTable, clock: movableClock(), backoff }),
        setFactor: async (userId: string) => {
          const Item = { ...secondFactorKey(userId), status: 'active' };
          await client.send(new PutCommand({ TableName: authTable, Item }));
        },
        hasFactor: async (userId: string) => {
          const key = secondFactorKey(userId);
          const { Item } = await client.send(
            new GetCommand({ TableName: authTable, Key: key, ConsistentRead: true }),
          );
          return Item !== undefined;
        },
      };
    },
    'the in-memory stand-in'() {
      const users = inMemoryUserStore();
      const sessions = inMemorySessionStore(movableClock());
      const factors = new Set<string>();
      return {
        accounts: inMemoryAccountStore({ users, sessions, forgetFactor: (userId) => factors.delete(userId) }),
        users,
        sessions,
        setFactor: async (userId: string) => void factors.add(userId),
        hasFactor: async (userId: string) => factors.has(userId),
      };
    },
  };
}

type Stores = ReturnType<typeof accountStores>;

export const email = (address: string): Address => ({ channel: 'email', address });
export const sms = (address: string): Address => ({ channel: 'sms', address });

let count = 0;

/** Names, addresses and a number that no other test has, and accounts to be made with them. */
export function accountsOn(open: Stores[keyof Stores]) {
  const world = open();
  const { accounts, sessions } = world;
  count += 1;
  const name = `zelda${count}`;
  const number = `+49151${String(count).padStart(8, '0')}`;
  const at = (address: string) => email(`${address}@example.org`);

  const account = (more: Partial<UserProfile> = {}) => {
    const userId = ids.user();
    const session = aSession({ userId, sessionId: ids.session() });
    return { profile: aProfile(name, { userId, ...more }), passwordHash: `hash of ${userId}`, session };
  };
  /** An account with an address of its own unless it is told another. */
  const created = async (handle: string, address = handle) => {
    const mine = account({ handle, email: `${address}@example.org` });
    expect(await accounts.create(mine)).toBe('created');
    return { ...mine, userId: mine.profile.userId };
  };
  const addSession = async (userId: string) => {
    const session = aSession({ userId, sessionId: ids.session() });
    expect(await sessions.add(session)).toBe(true);
    return session;
  };
  const namesOf = async (address: string) =>
    (await accounts.candidates(`${address}@example.org`)).map(({ userId }) => userId);
  return { ...world, account, created, addSession, namesOf, at, name, number };
}
