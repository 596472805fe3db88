import { describe, expect, it } from 'vitest';
import {
  aProfile,
  aSession,
  countingIds,
  instantBackoff,
  movableClock,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryAccountStore, inMemorySessionStore } from '../../test/support/in-memory-auth.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { dynamoUserStore } from '../users/dynamo-user-store.ts';
import type { UserProfile } from '../users/user.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoSessionStore } from './dynamo-session-store.ts';

const database = testDatabase();
const ids = countingIds('ACC');

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB() {
    const { client, tables } = database();
    const backoff = instantBackoff();
    return {
      accounts: dynamoAccountStore(client, tables, backoff),
      users: dynamoUserStore(client, tables.usersTable),
      sessions: dynamoSessionStore({ client, authTable: tables.authTable, clock: movableClock(), backoff }),
    };
  },
  'the in-memory stand-in'() {
    const users = inMemoryUserStore();
    const sessions = inMemorySessionStore(movableClock());
    return { accounts: inMemoryAccountStore(users, sessions), users, sessions };
  },
};

let count = 0;

describe.each(Object.entries(stores))('the account store on %s', (_, open) => {
  function setup() {
    const { accounts, users, sessions } = open();
    count += 1;
    const name = `zelda${count}`;
    const account = (more: Partial<UserProfile> = {}) => {
      const userId = ids.user();
      const session = aSession({ userId, sessionId: ids.session() });
      return { profile: aProfile(name, { userId, ...more }), passwordHash: `hash of ${userId}`, session };
    };
    return { accounts, users, sessions, account, name };
  }

  it('writes credentials, profile and the first session together', async () => {
    const { accounts, users, sessions, account, name } = setup();
    const mine = account();
    expect(await accounts.create(mine)).toBe('created');
    expect(await accounts.findByEmail(`${name}@example.org`)).toEqual({
      userId: mine.profile.userId,
      passwordHash: mine.passwordHash,
    });
    expect(await users.get(mine.profile.userId)).toEqual(mine.profile);
    expect(await sessions.isLive(mine.session)).toBe(true);
  });

  it('finds an address however it is written', async () => {
    const { accounts, account, name } = setup();
    await accounts.create(account({ email: `${name}@Example.ORG` }));
    expect(await accounts.findByEmail(`${name.toUpperCase()}@EXAMPLE.org`)).toBeDefined();
    expect(await accounts.findByEmail(`other-${name}@example.org`)).toBeUndefined();
  });

  it('refuses an address that has an account, and writes nothing', async () => {
    const { accounts, users, account, name } = setup();
    await accounts.create(account());
    const second = account({ handle: `${name}-2`, email: `${name.toUpperCase()}@example.org` });
    expect(await accounts.create(second)).toBe('email_taken');
    expect(await users.get(second.profile.userId)).toBeUndefined();
    expect(await accounts.create(account({ handle: `${name}-2`, email: `${name}-2@example.org` }))).toBe(
      'created',
    );
  });

  it('refuses a handle that is taken, also one that only looks the same, and writes nothing', async () => {
    const { accounts, account, name } = setup();
    await accounts.create(account());
    const fullWidth = `Ｚ${name.slice(1)}`;
    expect(await accounts.create(account({ handle: fullWidth, email: `${name}-2@example.org` }))).toBe(
      'handle_taken',
    );
    expect(await accounts.findByEmail(`${name}-2@example.org`)).toBeUndefined();
  });

  it('lets exactly one of many concurrent registrations of one address through', async () => {
    const { accounts, account, name } = setup();
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_unused, index) => accounts.create(account({ handle: `${name}-${index}` }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'email_taken')).toHaveLength(5);
  });

  it('lets exactly one of many concurrent registrations of one handle through', async () => {
    const { accounts, account, name } = setup();
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_unused, index) =>
        accounts.create(account({ email: `${name}-${index}@example.org` })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'handle_taken')).toHaveLength(5);
  });
});
