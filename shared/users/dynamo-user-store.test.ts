import { describe, expect, it } from 'vitest';
import { aProfile, aSession, instantBackoff, userId } from '../../test/support/builders.ts';
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
    return dynamoUserStore(client, tables.usersTable);
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
});
