import { describe, expect, it } from 'vitest';
import { countingIds, movableClock } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryWatchStore } from '../../test/support/in-memory-presence.ts';
import type { Clock } from '../clock.ts';
import { limits } from '../limits.ts';
import { dynamoWatchStore } from './dynamo-watch-store.ts';

const database = testDatabase();
const ids = countingIds('WATC');
const most = limits.presenceSubscriptionsMax;

const stores = {
  DynamoDB: (clock: Clock) =>
    dynamoWatchStore({
      client: database().client,
      connectionsTable: database().tables.connectionsTable,
      clock,
    }),
  'the in-memory stand-in': (clock: Clock) => inMemoryWatchStore(clock),
};

const people = (count: number) => Array.from({ length: count }, () => ids.user());

describe.each(Object.entries(stores))('the watch store on %s', (_, open) => {
  function setup() {
    const clock = movableClock();
    const [userId, target] = [ids.user(), ids.user()];
    const watcher = { userId, connectionId: `c-${userId}` };
    return { clock, store: open(clock), watcher, target };
  }

  it('knows who watches somebody, each connection for itself', async () => {
    const { store, watcher, target } = setup();
    const phone = { ...watcher, connectionId: `phone-${watcher.userId}` };
    await store.watch(watcher, [target, ids.user()], 1);
    await store.watch(phone, [target], 1);
    await store.watch(phone, [target], 2);
    expect(await store.watchersOf(target)).toEqual(expect.arrayContaining([watcher, phone]));
    expect(await store.watchersOf(target)).toHaveLength(2);
    await store.unwatch(phone, [target], 3);
    expect(await store.watchersOf(target)).toEqual([watcher]);
    expect(await store.watchersOf(ids.user())).toEqual([]);
  });

  it('goes by when the frames arrived, in whatever order they are handled', async () => {
    const { store, watcher, target } = setup();
    await store.unwatch(watcher, [target], 20);
    await store.watch(watcher, [target], 10);
    expect(await store.watchersOf(target)).toEqual([]);
    await store.watch(watcher, [target], 30);
    await store.unwatch(watcher, [target], 25);
    expect(await store.watchersOf(target)).toEqual([watcher]);
  });

  it('forgets a connection with its lease', async () => {
    const { clock, store, watcher, target } = setup();
    await store.watch(watcher, [target], 1);
    clock.advance(limits.connectionLeaseSeconds * 1_000 - 1_000);
    expect(await store.watchersOf(target)).toEqual([watcher]);
    clock.advance(1_000);
    expect(await store.watchersOf(target)).toEqual([]);
  });

  it('[G2] lets a connection watch so many people and no more, whoever it watches already', async () => {
    const { store, watcher, target } = setup();
    const crowd = people(most - 1);
    expect(await store.watch(watcher, crowd, 1)).toBe(true);
    expect(await store.watch(watcher, [target], 2)).toBe(true);
    expect(await store.watch(watcher, people(1), 3)).toBe(false);
    expect(await store.watch(watcher, [target, ...crowd], 4)).toBe(true);
    await store.unwatch(watcher, crowd.slice(0, 2), 5);
    const [one = '', two = '', three = ''] = people(3);
    expect(await store.watch(watcher, [one, two, three], 6)).toBe(false);
    expect(await store.watchersOf(one)).toEqual([]);
    expect(await store.watch(watcher, [one, two], 7)).toBe(true);
    expect(await store.watchersOf(two)).toEqual([watcher]);
  });

  it('does nothing for nobody', async () => {
    const { store, watcher } = setup();
    expect(await store.watch(watcher, [], 1)).toBe(true);
    await store.unwatch(watcher, [], 1);
  });
});

describe('the watch store on DynamoDB', () => {
  it('lets two frames at once fill what is left, and never more', async () => {
    const store = stores.DynamoDB(movableClock());
    const userId = ids.user();
    const watcher = { userId, connectionId: `c-${userId}` };
    await store.watch(watcher, people(most - 10), 1);
    const taken = await Promise.all(people(4).map((_, index) => store.watch(watcher, people(4), index + 2)));
    expect(taken.filter(Boolean)).toHaveLength(2);
  });

  it('finds a thousand watchers of one person', async () => {
    const store = stores.DynamoDB(movableClock());
    const target = ids.user();
    const crowd = people(1_000);
    for (let index = 0; index < crowd.length; index += 100)
      await Promise.all(
        crowd
          .slice(index, index + 100)
          .map((userId) => store.watch({ userId, connectionId: `c-${userId}` }, [target], 1)),
      );
    expect(new Set((await store.watchersOf(target)).map(({ userId }) => userId))).toEqual(new Set(crowd));
  });
});
