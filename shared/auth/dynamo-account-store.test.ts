import { describe, expect, it, vi } from 'vitest';
import { accountStores, accountsOn, email } from '../../test/support/account-stores.ts';
import { aProfile, aSession, countingIds } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';

const database = testDatabase();
const ids = countingIds('CALL');
const stores = accountStores(database);

describe.each(Object.entries(stores))('the account store on %s', (_, open) => {
  const setup = () => accountsOn(open);

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
