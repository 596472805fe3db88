import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import {
  aProfile,
  aSession,
  countingIds,
  instantBackoff,
  movableClock,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryAccountStore } from '../../test/support/in-memory-account-store.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { dynamoUserStore } from '../users/dynamo-user-store.ts';
import type { UserProfile } from '../users/user.ts';
import type { Address } from './account-store.ts';
import { secondFactorKey } from './auth-keys.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoSessionStore } from './dynamo-session-store.ts';

const database = testDatabase();
const ids = countingIds('ACC');

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
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

const email = (address: string): Address => ({ channel: 'email', address });
const sms = (address: string): Address => ({ channel: 'sms', address });

let count = 0;

describe.each(Object.entries(stores))('the account store on %s', (_, open) => {
  function setup() {
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

  describe('a new account', () => {
    it('has credentials, profile and its first session, all at once', async () => {
      const { accounts, users, sessions, account, name } = setup();
      const mine = account();
      expect(await accounts.create(mine)).toBe('created');
      const { userId } = mine.profile;
      const credentials = { userId, passwordHash: mine.passwordHash };
      expect(await accounts.candidates(`${name}@example.org`)).toEqual([credentials]);
      expect(await accounts.credentials(userId)).toEqual(credentials);
      expect(await users.get(userId)).toEqual(mine.profile);
      expect(await sessions.isLive(mine.session)).toBe(true);
    });

    it('holds its address unproven, however it is written', async () => {
      const { accounts, account, name } = setup();
      const mine = account({ email: `${name}@Example.ORG` });
      await accounts.create(mine);
      const holder = await accounts.holder(email(`${name.toUpperCase()}@example.org`));
      expect(holder).toEqual({
        userId: mine.profile.userId,
        passwordHash: mine.passwordHash,
        verified: false,
      });
      expect(await accounts.holder(email(`other-${name}@example.org`))).toBeUndefined();
      expect(await accounts.candidates(`other-${name}@example.org`)).toEqual([]);
    });

    it('gets the claim to an address that somebody holds, and takes it from who had it', async () => {
      const { accounts, created, namesOf, at, name } = setup();
      const holder = await created(name);
      const second = await created(`${name}-2`, name);
      expect(await namesOf(name)).toEqual([holder.userId, second.userId]);
      const third = await created(`${name}-3`, name);
      expect(await namesOf(name.toUpperCase())).toEqual([holder.userId, third.userId]);
      expect(await accounts.holder(at(name))).toMatchObject({ userId: holder.userId, verified: false });
    });

    it('is refused a handle that is taken, also one that only looks the same, and nothing is written', async () => {
      const { accounts, users, account, name } = setup();
      await accounts.create(account());
      const second = account({ handle: `Ｚ${name.slice(1)}`, email: `${name}-2@example.org` });
      expect(await accounts.create(second)).toBe('handle_taken');
      expect(await accounts.candidates(`${name}-2@example.org`)).toEqual([]);
      expect(await users.get(second.profile.userId)).toBeUndefined();
      expect(await accounts.credentials(second.profile.userId)).toBeUndefined();
    });

    it('is one of many at once with one address: all are made, one holds it, one has the claim', async () => {
      const { accounts, account, name } = setup();
      const all = Array.from({ length: 6 }, (_unused, index) => account({ handle: `${name}-${index}` }));
      const outcomes = await Promise.all(all.map((one) => accounts.create(one)));
      expect(outcomes).toEqual(outcomes.map(() => 'created'));
      const candidates = await accounts.candidates(`${name}@example.org`);
      expect(new Set(candidates.map(({ userId }) => userId)).size).toBe(2);
    });

    it('is the only one of many at once with one handle', async () => {
      const { accounts, account, name } = setup();
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_unused, index) =>
          accounts.create(account({ email: `${name}-${index}@example.org` })),
        ),
      );
      expect(outcomes.sort()).toEqual(['created', ...Array.from({ length: 5 }, () => 'handle_taken')]);
    });
  });

  describe('verify', () => {
    it('proves the address that the account has', async () => {
      const { accounts, users, created, at, name } = setup();
      const mine = await created(name);
      expect(await accounts.verify(mine.session, at(name))).toBe(true);
      expect(await accounts.holder(at(name))).toMatchObject({ userId: mine.userId, verified: true });
      expect(await users.get(mine.userId)).toMatchObject({ emailVerified: true });
      expect(await accounts.verify(mine.session, at(name))).toBe(true);
    });

    it('takes the address from who had not proven it, and leaves them the claim', async () => {
      const { accounts, users, sessions, created, namesOf, at, name } = setup();
      const first = await created(name);
      const owner = await created(`${name}-2`, name);
      expect(await accounts.verify(owner.session, at(name))).toBe(true);
      expect(await accounts.holder(at(name))).toMatchObject({ userId: owner.userId, verified: true });
      expect(await namesOf(name)).toEqual([owner.userId, first.userId]);
      expect(await users.get(first.userId)).toMatchObject({ emailVerified: false });
      expect(await sessions.isLive(first.session)).toBe(true);
    });

    it('does not take it from who has proven it', async () => {
      const { accounts, users, created, at, name } = setup();
      const owner = await created(name);
      await accounts.verify(owner.session, at(name));
      const second = await created(`${name}-2`, name);
      expect(await accounts.verify(second.session, at(name))).toBe(false);
      expect(await accounts.holder(at(name))).toMatchObject({ userId: owner.userId });
      expect(await users.get(second.userId)).toMatchObject({ emailVerified: false });
    });

    it('gives up the former address, for others to have', async () => {
      const { accounts, users, created, namesOf, at, name } = setup();
      const mine = await created(name);
      await accounts.verify(mine.session, at(name));
      expect(await accounts.verify(mine.session, at(`New-${name}`))).toBe(true);
      expect(await namesOf(`new-${name}`)).toEqual([mine.userId]);
      expect(await namesOf(name)).toEqual([]);
      expect(await users.get(mine.userId)).toMatchObject({
        email: `New-${name}@example.org`,
        emailVerified: true,
      });
      const next = await created(`${name}-2`, name);
      expect(await accounts.holder(at(name))).toMatchObject({ userId: next.userId, verified: false });
    });

    it('gives up a claim as well, and the address of another stays theirs', async () => {
      const { accounts, created, namesOf, at, name } = setup();
      const holder = await created(name);
      const second = await created(`${name}-2`, name);
      expect(await accounts.verify(second.session, at(`own-${name}`))).toBe(true);
      expect(await namesOf(name)).toEqual([holder.userId]);
    });

    it('binds a number to one account, and frees the former one', async () => {
      const { accounts, users, created, name, number } = setup();
      const mine = await created(name);
      const other = await created(`${name}-2`);
      expect(await accounts.verify(mine.session, sms(number))).toBe(true);
      expect(await accounts.holder(sms(number))).toMatchObject({ userId: mine.userId, verified: true });
      expect(await users.get(mine.userId)).toMatchObject({ phone: number });
      expect(await accounts.verify(mine.session, sms(number))).toBe(true);
      expect(await accounts.verify(other.session, sms(number))).toBe(false);
      expect(await accounts.verify(mine.session, sms(`${number}9`))).toBe(true);
      expect(await accounts.holder(sms(number))).toBeUndefined();
      expect(await accounts.verify(other.session, sms(number))).toBe(true);
    });

    it('does nothing for a session that is over: somebody else may have the account by now', async () => {
      const { accounts, sessions, users, created, at, name, number } = setup();
      const mine = await created(name);
      await sessions.end(mine.userId, [mine.session.sessionId]);
      expect(await accounts.verify(mine.session, at(`other-${name}`))).toBe(false);
      expect(await accounts.verify(mine.session, sms(number))).toBe(false);
      expect(await accounts.holder(at(`other-${name}`))).toBeUndefined();
      expect(await accounts.holder(sms(number))).toBeUndefined();
      expect(await users.get(mine.userId)).toEqual(mine.profile);
    });

    it('knows nobody who has no account', async () => {
      const { accounts, at, name, number } = setup();
      const nobody = aSession({ userId: ids.user(), sessionId: ids.session() });
      expect(await accounts.verify(nobody, at(name))).toBe(false);
      expect(await accounts.verify(nobody, sms(number))).toBe(false);
    });

    it('lets one of many accounts have an address that all of them prove at once', async () => {
      const { accounts, created, at, name } = setup();
      const all = await Promise.all([0, 1, 2, 3].map((index) => created(`${name}-${index}`, name)));
      const outcomes = await Promise.all(all.map(({ session }) => accounts.verify(session, at(name))));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const winner = all[outcomes.indexOf(true)];
      expect(await accounts.holder(at(name))).toMatchObject({ userId: winner?.userId, verified: true });
    });
  });

  describe('changePassword', () => {
    it('sets the password and ends every other session', async () => {
      const { accounts, sessions, created, addSession, name } = setup();
      const mine = await created(name);
      const others = [await addSession(mine.userId), await addSession(mine.userId)];
      const ended = await accounts.changePassword(mine.session, { from: mine.passwordHash, to: 'new' });
      expect([...(ended ?? [])].sort()).toEqual(others.map(({ sessionId }) => sessionId).sort());
      expect(await accounts.credentials(mine.userId)).toEqual({ userId: mine.userId, passwordHash: 'new' });
      expect(await sessions.isLive(mine.session)).toBe(true);
      expect(await sessions.get(mine.session)).toBeDefined();
      for (const other of others) {
        expect(await sessions.isLive(other)).toBe(false);
        expect(await sessions.get(other)).toBeUndefined();
      }
    });

    it('does nothing when the password is another one by now', async () => {
      const { accounts, sessions, created, addSession, name } = setup();
      const mine = await created(name);
      const other = await addSession(mine.userId);
      for (const from of ['not it', undefined]) {
        expect(await accounts.changePassword(mine.session, { from, to: 'new' })).toBeUndefined();
      }
      expect(await accounts.credentials(mine.userId)).toMatchObject({ passwordHash: mine.passwordHash });
      expect(await sessions.isLive(other)).toBe(true);
    });

    it('does nothing for a session that is over, also where the account has no password', async () => {
      const { accounts, created, addSession, at, name } = setup();
      const mine = await created(name);
      await accounts.reclaim(mine.userId, at(name), { passwordHash: undefined, forgetFactors: true });
      const change = { from: undefined, to: 'set by who made the account' };
      expect(await accounts.changePassword(mine.session, change)).toBeUndefined();
      expect(await accounts.credentials(mine.userId)).toMatchObject({ passwordHash: undefined });
      const living = await addSession(mine.userId);
      expect(await accounts.changePassword(living, { from: undefined, to: 'new' })).toEqual([]);
    });

    it('lets one of two at once win', async () => {
      const { accounts, created, addSession, name } = setup();
      const mine = await created(name);
      const second = await addSession(mine.userId);
      const outcomes = await Promise.all(
        [mine.session, second].map((session, index) =>
          accounts.changePassword(session, { from: mine.passwordHash, to: `new ${index}` }),
        ),
      );
      expect(outcomes.filter((ended) => ended !== undefined)).toHaveLength(1);
    });

    it('leaves no session behind that was opened with the former password meanwhile', async () => {
      const { accounts, sessions, created, name } = setup();
      const mine = await created(name);
      const checked = { passwordHash: mine.passwordHash };
      const late = Array.from({ length: 4 }, () =>
        aSession({ userId: mine.userId, sessionId: ids.session() }),
      );
      await Promise.all([
        ...late.slice(0, 2).map((session) => sessions.add(session, checked)),
        accounts.changePassword(mine.session, { from: mine.passwordHash, to: 'new' }),
        ...late.slice(2).map((session) => sessions.add(session, checked)),
      ]);
      expect((await sessions.list(mine.userId)).map(({ sessionId }) => sessionId)).toEqual([
        mine.session.sessionId,
      ]);
    });
  });

  describe('rehash', () => {
    it('replaces the hash that it was given, and no other', async () => {
      const { accounts, created, name } = setup();
      const mine = await created(name);
      await accounts.rehash(mine.userId, mine.passwordHash, 'better');
      await accounts.rehash(mine.userId, mine.passwordHash, 'late');
      expect(await accounts.credentials(mine.userId)).toMatchObject({ passwordHash: 'better' });
      await accounts.rehash(ids.user(), 'x', 'y');
    });
  });

  describe('reclaim', () => {
    it('ends every session, removes the password, and proves the address', async () => {
      const { accounts, users, sessions, created, addSession, at, name } = setup();
      const mine = await created(name);
      const second = await addSession(mine.userId);
      const change = { passwordHash: undefined, forgetFactors: true };
      const ended = await accounts.reclaim(mine.userId, at(name), change);
      expect([...(ended ?? [])].sort()).toEqual([mine.session.sessionId, second.sessionId].sort());
      expect(await sessions.list(mine.userId)).toEqual([]);
      expect(await sessions.isLive(mine.session)).toBe(false);
      expect(await accounts.holder(at(name))).toEqual({
        userId: mine.userId,
        passwordHash: undefined,
        verified: true,
      });
      expect(await users.get(mine.userId)).toMatchObject({ emailVerified: true });
    });

    it('forgets second factor and number where whoever made the account had not proven the address', async () => {
      const { accounts, users, created, setFactor, hasFactor, at, name, number } = setup();
      const mine = await created(name);
      await accounts.verify(mine.session, sms(number));
      await setFactor(mine.userId);
      await accounts.reclaim(mine.userId, at(name), { passwordHash: 'new', forgetFactors: true });
      expect(await accounts.holder(sms(number))).toBeUndefined();
      expect((await users.get(mine.userId))?.phone).toBeUndefined();
      expect(await hasFactor(mine.userId)).toBe(false);
    });

    it('keeps them in a reset by the owner', async () => {
      const { accounts, users, created, setFactor, hasFactor, at, name, number } = setup();
      const mine = await created(name);
      await accounts.verify(mine.session, at(name));
      await accounts.verify(mine.session, sms(number));
      await setFactor(mine.userId);
      await accounts.reclaim(mine.userId, sms(number), { passwordHash: 'new', forgetFactors: false });
      expect(await accounts.holder(sms(number))).toMatchObject({ passwordHash: 'new' });
      expect(await users.get(mine.userId)).toMatchObject({ phone: number, emailVerified: true });
      expect(await hasFactor(mine.userId)).toBe(true);
    });

    it('does nothing for who does not hold the address any more, or has no account', async () => {
      const { accounts, sessions, created, at, name, number } = setup();
      const first = await created(name);
      const owner = await created(`${name}-2`, name);
      await accounts.verify(owner.session, at(name));
      const change = { passwordHash: 'new', forgetFactors: true };
      expect(await accounts.reclaim(first.userId, at(name), change)).toBeUndefined();
      expect(await accounts.reclaim(first.userId, sms(number), change)).toBeUndefined();
      expect(await accounts.reclaim(ids.user(), at(name), change)).toBeUndefined();
      expect(await sessions.isLive(first.session)).toBe(true);
      expect(await accounts.credentials(first.userId)).toMatchObject({ passwordHash: first.passwordHash });
    });

    it('leaves no session behind that was opened with the former password meanwhile', async () => {
      const { accounts, sessions, created, at, name } = setup();
      const mine = await created(name);
      const checked = { passwordHash: mine.passwordHash };
      const add = () => sessions.add(aSession({ userId: mine.userId, sessionId: ids.session() }), checked);
      await Promise.all([
        add(),
        add(),
        accounts.reclaim(mine.userId, at(name), { passwordHash: 'new', forgetFactors: true }),
        add(),
        add(),
      ]);
      expect(await sessions.list(mine.userId)).toEqual([]);
    });
  });
});

describe('the account store on DynamoDB', () => {
  /** The calls to DynamoDB that something takes, in their order. */
  async function calls(run: () => Promise<unknown>): Promise<string[]> {
    const send = vi.spyOn(database().client, 'send');
    await run();
    const names = send.mock.calls.map(([command]) => command.constructor.name);
    send.mockRestore();
    return names;
  }

  function newAccount(handle: string, address: string) {
    const userId = ids.user();
    const session = aSession({ userId, sessionId: ids.session() });
    const profile = aProfile(handle, { userId, email: address });
    return { profile, session, passwordHash: `hash of ${userId}` };
  }

  it('ASVS 6.3.8: makes the same calls whoever an address belongs to', async () => {
    const { accounts } = stores.DynamoDB();
    const address = 'known@example.org';
    const creating = (handle: string, to: string) => calls(() => accounts.create(newAccount(handle, to)));
    const first = await creating('known-1', address);
    const lookUps = [await calls(() => accounts.candidates(address))];
    const second = await creating('known-2', address);
    lookUps.push(await calls(() => accounts.candidates(address)));
    const third = await creating('known-3', address);
    lookUps.push(await calls(() => accounts.candidates('unknown@example.org')));
    expect(first).toEqual(['QueryCommand', 'TransactWriteCommand']);
    expect([second, third]).toEqual([first, first]);
    const lookUp = ['QueryCommand', 'GetCommand', 'GetCommand'];
    expect(lookUps).toEqual([lookUp, lookUp, lookUp]);
  });
});
