import { describe, expect, it } from 'vitest';
import { accountStores, accountsOn, sms } from '../../test/support/account-stores.ts';
import { aSession, countingIds } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';

const database = testDatabase();
const ids = countingIds('VERIFY');
const stores = accountStores(database);

describe.each(Object.entries(stores))('the account store on %s', (_, open) => {
  const setup = () => accountsOn(open);

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
});
