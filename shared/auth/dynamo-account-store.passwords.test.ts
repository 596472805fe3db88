import { describe, expect, it } from 'vitest';
import { accountStores, accountsOn, sms } from '../../test/support/account-stores.ts';
import { aSession, countingIds } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';

const database = testDatabase();
const ids = countingIds('PASS');
const stores = accountStores(database);

describe.each(Object.entries(stores))('the account store on %s', (_, open) => {
  const setup = () => accountsOn(open);

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
