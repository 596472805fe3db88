import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { aProfile, aSession, instantBackoff, startMs, userId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { dynamoAccountStore } from '../auth/dynamo-account-store.ts';
import { dynamoUserStore } from './dynamo-user-store.ts';
import type { UserProfile } from './user.ts';

const database = testDatabase();

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  async DynamoDB(profiles: readonly UserProfile[]) {
    const { client, tables } = database();
    const accounts = dynamoAccountStore(client, tables, instantBackoff());
    for (const profile of profiles) {
      const session = aSession({ userId: profile.userId });
      await accounts.create({ profile, passwordHash: 'hash', session });
    }
    return dynamoUserStore(client, tables.usersTable, instantBackoff());
  },
  async 'the in-memory stand-in'(profiles: readonly UserProfile[]) {
    return inMemoryUserStore(...profiles);
  },
};

const profiles = [
  aProfile('anna', { displayName: 'Anna Maria Österreich' }),
  aProfile('annabel', { displayName: 'Annabel' }),
  aProfile('ben', { displayName: 'Ben Annan' }),
  aProfile('zoe', { displayName: '𝒵oe 漢字' }),
];

describe.each(Object.entries(stores))('the user store on %s', (_, open) => {
  const store = open.bind(undefined, profiles);
  const found = async (prefix: string, limit = 20) =>
    (await (await store()).findByPrefix(prefix, limit)).map(({ handle }) => handle).sort();

  it('reads a profile', async () => {
    expect(await (await store()).get(userId('anna'))).toEqual(profiles[0]);
    expect(await (await store()).get(userId('nobody'))).toBeUndefined();
  });

  it('reads many at once: those that exist, each once', async () => {
    const ids = [userId('anna'), userId('nobody'), userId('ben'), userId('anna')];
    const many = await (await store()).getMany(ids);
    expect(many.map(({ handle }) => handle).sort()).toEqual(['anna', 'ben']);
    expect(await (await store()).getMany([])).toEqual([]);
  });

  it('finds people by the beginning of their handle or of any word of their name, each once', async () => {
    expect(await found('ann')).toEqual(['anna', 'annabel', 'ben']);
    expect(await found('annab')).toEqual(['annabel']);
    expect(await found('maria')).toEqual(['anna']);
    expect(await found('österr')).toEqual(['anna']);
    expect(await found('nna')).toEqual([]);
  });

  it('finds names beyond the basic plane, in the form in which they are compared', async () => {
    expect(await found('zoe')).toEqual(['zoe']);
    expect(await found('漢')).toEqual(['zoe']);
  });

  it('finds the whole name as it is written', async () => {
    expect(await found('anna maria ö')).toEqual(['anna']);
  });

  it('gives at most so many', async () => {
    expect(await found('ann', 2)).toHaveLength(2);
  });

  it('shows others nothing but id, handle and name', async () => {
    const [person] = await (await store()).findByPrefix('annab', 5);
    expect(Object.keys(person ?? {}).sort()).toEqual(['displayName', 'handle', 'userId']);
  });

  it('shows the picture of those who have one', async () => {
    const users = await store();
    const anna = profileOf('anna');
    expect(await users.update(anna, { ...anna, avatar: 'att_1' })).toBe('updated');
    expect(await users.findByPrefix('maria', 5)).toMatchObject([{ userId: anna.userId, avatar: 'att_1' }]);
  });
});

const profileOf = (name: string) =>
  profiles.find(({ handle }) => handle === name) ?? aProfile(name, { displayName: 'nobody' });
const erasedAt = new Date(startMs + 1_000).toISOString();

/** Each test has people of its own: the tables outlive it. */
describe.each(Object.entries(stores))('changes of profiles on %s', (kind, open) => {
  let count = 0;
  const setup = async () => {
    count += 1;
    const name = (first: string) => `${first}${kind.length}x${count}`;
    const [pia, quin] = [aProfile(name('pia')), aProfile(name('quin'))];
    return { users: await open([pia, quin]), pia, quin, name };
  };

  it('move the handle, and the search terms with it', async () => {
    const { users, pia, name } = await setup();
    const changed = { ...pia, handle: name('paula'), displayName: 'Paula Neu' };
    expect(await users.update(pia, changed)).toBe('updated');
    expect(await users.get(pia.userId)).toEqual(changed);
    expect(await users.findByPrefix(pia.handle, 5)).toEqual([]);
    expect(await users.findByPrefix(name('paula'), 5)).toMatchObject([{ displayName: 'Paula Neu' }]);
  });

  it('free the old handle for others', async () => {
    const { users, pia, quin, name } = await setup();
    expect(await users.update(quin, { ...quin, handle: pia.handle.toUpperCase() })).toBe('handle_taken');
    expect(await users.get(quin.userId)).toEqual(quin);
    await users.update(pia, { ...pia, handle: name('paula') });
    expect(await users.update(quin, { ...quin, handle: pia.handle })).toBe('updated');
  });

  it('keep the handle when only its case changes', async () => {
    const { users, pia, quin } = await setup();
    const shouted = { ...pia, handle: pia.handle.toUpperCase() };
    expect(await users.update(pia, shouted)).toBe('updated');
    expect(await users.update(quin, { ...quin, handle: pia.handle })).toBe('handle_taken');
    expect(await users.findByPrefix(pia.handle, 5)).toMatchObject([{ handle: shouted.handle }]);
  });

  it('write each optional field and remove it again', async () => {
    const { users, pia } = await setup();
    const full = { ...pia, avatar: 'att_1', locale: 'de', timeZone: 'UTC' };
    expect(await users.update(pia, full)).toBe('updated');
    expect(await users.get(pia.userId)).toEqual(full);
    const cleared = { ...full, avatar: undefined, locale: undefined, timeZone: undefined };
    expect(await users.update(full, cleared)).toBe('updated');
    expect(await users.get(pia.userId)).toEqual(pia);
  });

  it('keep what somebody hides as one list, which whoever changes it must know', async () => {
    const { users, pia } = await setup();
    const shy = { ...pia, hides: ['typing'] as const };
    expect(await users.update(pia, shy)).toBe('updated');
    expect(await users.get(pia.userId)).toEqual(shy);
    expect(await users.update(pia, { ...pia, hides: ['presence'] })).toBe('stale');
    expect(await users.update(pia, { ...pia, locale: 'de' })).toBe('updated');
    expect(await users.update(shy, { ...shy, hides: ['typing', 'presence'] })).toBe('updated');
    const both = { ...shy, hides: ['typing', 'presence'] as const };
    expect(await users.update(both, { ...both, hides: undefined })).toBe('updated');
    expect(await users.get(pia.userId)).toEqual({ ...pia, locale: 'de' });
  });

  it('leave alone what they do not change', async () => {
    const { users, pia } = await setup();
    expect(await users.update(pia, { ...pia, locale: 'de' })).toBe('updated');
    expect(await users.update(pia, { ...pia, timeZone: 'UTC' })).toBe('updated');
    expect(await users.get(pia.userId)).toMatchObject({ locale: 'de', timeZone: 'UTC' });
  });

  it.each(['handle', 'displayName', 'avatar'] as const)('of an outdated %s are refused', async (field) => {
    const { users, pia, name } = await setup();
    await users.update(pia, { ...pia, [field]: name('new') });
    expect(await users.update(pia, { ...pia, displayName: 'Late' })).toBe('stale');
    expect(await users.findByPrefix('late', 5)).toEqual([]);
  });

  it('of somebody who never was are refused', async () => {
    const { users, name } = await setup();
    const nobody = aProfile(name('nobody'));
    expect(await users.update(nobody, { ...nobody, handle: name('somebody') })).toBe('stale');
    expect(await users.erase(nobody, erasedAt)).toBe(false);
  });

  it('at the same moment have one winner each time, and search knows the last one only', async () => {
    const { users, pia, name } = await setup();
    const names = ['r', 's', 't'].map((letter) => name(`${letter}ia`));
    const outcomes = await Promise.all(
      names.map((handle) => users.update(pia, { ...pia, handle, displayName: handle })),
    );
    expect(outcomes.toSorted()).toEqual(['stale', 'stale', 'updated']);
    const found = await Promise.all([pia.handle, ...names].map((handle) => users.findByPrefix(handle, 5)));
    expect(found.flat()).toHaveLength(1);
  });

  it('give a handle that two want at once to one of them', async () => {
    const { users, pia, quin, name } = await setup();
    const handle = name('wanted');
    const outcomes = await Promise.all([pia, quin].map((one) => users.update(one, { ...one, handle })));
    expect(outcomes.toSorted()).toEqual(['handle_taken', 'updated']);
  });

  describe('by an erasure', () => {
    it('leave a tombstone, and nothing in search', async () => {
      const { users, pia } = await setup();
      expect(await users.erase(pia, erasedAt)).toBe(true);
      const stone = {
        userId: pia.userId,
        handle: 'deleted',
        displayName: 'Deleted account',
        deletedAt: erasedAt,
      };
      expect(await users.get(pia.userId)).toMatchObject(stone);
      expect(await users.getMany([pia.userId])).toMatchObject([stone]);
      expect(await users.findByPrefix(pia.handle, 5)).toEqual([]);
      expect(JSON.stringify(await users.get(pia.userId))).not.toContain(pia.handle);
    });

    it('keep the handle reserved, so that nobody can pose as the erased person', async () => {
      const { users, pia, quin } = await setup();
      await users.erase(pia, erasedAt);
      expect(await users.update(quin, { ...quin, handle: pia.handle })).toBe('handle_taken');
    });

    it('are final', async () => {
      const { users, pia } = await setup();
      await users.erase(pia, erasedAt);
      const stone = await users.get(pia.userId);
      for (const from of [pia, stone ?? pia]) {
        expect(await users.update(from, { ...from, displayName: 'Back' })).toBe('stale');
        expect(await users.erase(from, 'later')).toBe(false);
      }
      expect(await users.get(pia.userId)).toEqual(stone);
    });

    it.each(['handle', 'displayName', 'avatar'] as const)(
      'wait for a look at the present %s',
      async (field) => {
        const { users, pia, name } = await setup();
        await users.update(pia, { ...pia, [field]: name('new') });
        expect(await users.erase(pia, erasedAt)).toBe(false);
        expect(await users.erase({ ...pia, [field]: name('new') }, erasedAt)).toBe(true);
      },
    );
  });
});

describe('an erased person in DynamoDB', () => {
  it('leaves the tombstone and the reserved handle, and no other item', async () => {
    const pia = aProfile('piaerased', { avatar: 'att_1', locale: 'de', phone: '+4915112345678' });
    const users = await stores.DynamoDB([pia]);
    await users.erase(pia, erasedAt);
    const { client, tables } = database();
    const all = await client.send(new ScanCommand({ TableName: tables.usersTable }));
    const left = (all.Items ?? []).filter((item) => JSON.stringify(item).includes(pia.userId));
    expect(left).toHaveLength(2);
    expect(left).toContainEqual({ pk: 'HANDLE#piaerased', sk: 'HANDLE', user_id: pia.userId });
    expect(left).toContainEqual({
      pk: `USER#${pia.userId}`,
      sk: 'PROFILE',
      user_id: pia.userId,
      deleted_at: erasedAt,
    });
  });
});
