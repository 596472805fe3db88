import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { aProfile, instantBackoff, startMs, userId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryBlockStore } from '../../test/support/in-memory-block-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { dynamoUserStore } from '../users/dynamo-user-store.ts';
import type { UserProfile } from '../users/user.ts';
import { profileItem } from '../users/user-keys.ts';
import { dynamoBlockStore } from './dynamo-block-store.ts';

const database = testDatabase();
const at = (minute: number) => new Date(startMs + minute * 60_000).toISOString();

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  async DynamoDB(profiles: readonly UserProfile[]) {
    const { client, tables } = database();
    const { usersTable } = tables;
    for (const profile of profiles) {
      await client.send(
        new PutCommand({
          TableName: usersTable,
          Item: Object.fromEntries(
            Object.entries(profileItem(profile)).filter(([, value]) => value !== undefined),
          ),
        }),
      );
    }
    const backoff = instantBackoff();
    return {
      users: dynamoUserStore(client, usersTable, backoff),
      blocks: dynamoBlockStore({ client, usersTable, backoff }),
    };
  },
  async 'the in-memory stand-in'(profiles: readonly UserProfile[]) {
    const users = inMemoryUserStore(...profiles);
    return { users, blocks: inMemoryBlockStore(users) };
  },
};

describe.each(Object.entries(stores))('the block store on %s', (kind, open) => {
  let count = 0;
  const setup = async () => {
    count += 1;
    const [one, two, three, four] = ['one', 'two', 'three', 'four'].map((name) =>
      aProfile(`${name}${kind.length}x${count}`),
    ) as [UserProfile, UserProfile, UserProfile, UserProfile];
    return {
      ...(await open([one, two, three, four])),
      one,
      ids: [one, two, three, four].map((p) => p.userId),
    };
  };

  it('lists whom somebody blocks, the latest first', async () => {
    const { blocks, ids } = await setup();
    const [one = '', two = '', three = ''] = ids;
    expect(await blocks.list(one)).toEqual([]);
    await blocks.put(one, three, at(1));
    await blocks.put(one, two, at(2));
    expect(await blocks.list(one)).toEqual([two, three]);
    expect(await blocks.list(two)).toEqual([]);
  });

  it('keeps the time of the first block when it is repeated', async () => {
    const { blocks, ids } = await setup();
    const [one = '', two = '', three = ''] = ids;
    await blocks.put(one, two, at(1));
    await blocks.put(one, three, at(2));
    expect(await blocks.put(one, two, at(3))).toBe(true);
    expect(await blocks.list(one)).toEqual([three, two]);
  });

  it('knows whether one blocks another, in this direction', async () => {
    const { blocks, ids } = await setup();
    const [one = '', two = ''] = ids;
    await blocks.put(one, two, at(1));
    expect([await blocks.has(one, two), await blocks.has(two, one)]).toEqual([true, false]);
    await blocks.remove(one, two);
    expect(await blocks.has(one, two)).toBe(false);
  });

  it('forgets one, however often it is asked to', async () => {
    const { blocks, ids } = await setup();
    const [one = '', two = '', three = ''] = ids;
    await blocks.put(one, two, at(1));
    await blocks.put(one, three, at(2));
    await blocks.remove(one, two);
    await blocks.remove(one, two);
    expect(await blocks.list(one)).toEqual([three]);
  });

  it('forgets all of one person, and nothing of others', async () => {
    const { blocks, ids } = await setup();
    const [one = '', two = '', three = ''] = ids;
    for (const other of [two, three]) {
      await blocks.put(one, other, at(1));
      await blocks.put(other, one, at(1));
    }
    await blocks.removeAll(one);
    expect([await blocks.list(one), await blocks.list(two), await blocks.list(three)]).toEqual([
      [],
      [one],
      [one],
    ]);
  });

  it('blocks nobody who does not exist, or not any more', async () => {
    const { blocks, users, one, ids } = await setup();
    const [, two = ''] = ids;
    expect(await blocks.put(two, userId('nobody'), at(1))).toBe(false);
    await users.erase(one, at(1));
    expect(await blocks.put(two, one.userId, at(2))).toBe(false);
    expect(await blocks.list(two)).toEqual([]);
  });

  it('takes nothing from somebody whose account was erased', async () => {
    const { blocks, users, one, ids } = await setup();
    await users.erase(one, at(1));
    expect(await blocks.put(one.userId, ids[1] ?? '', at(2))).toBe(false);
    expect(await blocks.list(one.userId)).toEqual([]);
  });

  it('finds blocks in both directions among the people it is asked about', async () => {
    const { blocks, ids } = await setup();
    const [one = '', two = '', three = '', four = ''] = ids;
    await blocks.put(one, two, at(1));
    await blocks.put(three, one, at(1));
    await blocks.put(two, four, at(1));
    expect([...(await blocks.between(one, [two, three, four]))].sort()).toEqual([two, three].sort());
    expect([...(await blocks.between(one, [two, two]))]).toEqual([two]);
    expect([...(await blocks.between(one, [four]))]).toEqual([]);
    expect([...(await blocks.between(one, []))]).toEqual([]);
  });
});
