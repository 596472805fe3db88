import type { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { aConnection, countingIds, movableClock, sessionId, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryConnectionStore } from '../../test/support/in-memory-connections.ts';
import type { Clock } from '../clock.ts';
import { limits } from '../limits.ts';
import { dynamoConnectionStore } from './dynamo-connection-store.ts';

const database = testDatabase();
const ids = countingIds('CONN');
const leaseMs = limits.connectionLeaseSeconds * 1_000;
const openingMs = limits.connectionOpeningSeconds * 1_000;

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB: (clock: Clock) =>
    dynamoConnectionStore({
      client: database().client,
      connectionsTable: database().tables.connectionsTable,
      clock,
    }),
  'the in-memory stand-in': (clock: Clock) => inMemoryConnectionStore(clock),
};

describe.each(Object.entries(stores))('the connection store on %s', (_, open) => {
  function setup() {
    const clock = movableClock();
    const store = open(clock);
    const [user, other] = [ids.user(), ids.user()];
    const live = async (...users: string[]) =>
      (await store.ofUsers(users)).map(({ connectionId }) => connectionId).sort();
    return { clock, store, user, other, live };
  }

  it('finds all connections of some people, with their sessions', async () => {
    const { store, user, other } = setup();
    await store.open(aConnection(user, 'L0SM9cOFvHcCIhw='));
    await store.open(aConnection(user, 'phone'));
    await store.open(aConnection(other, 'tablet'));
    const found = await store.ofUsers([user, other, user, ids.user()]);
    expect(found.toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1))).toEqual([
      { userId: user, sessionId: sessionId('one'), connectionId: 'L0SM9cOFvHcCIhw=' },
      { userId: user, sessionId: sessionId('one'), connectionId: 'phone' },
      { userId: other, sessionId: sessionId('one'), connectionId: 'tablet' },
    ]);
    expect(await store.ofUsers([])).toEqual([]);
  });

  it('finds the connections of more people than one BatchGetItem takes', async () => {
    const { store, live } = setup();
    const crowd = Array.from({ length: 130 }, () => ids.user());
    await Promise.all([0, 60, 129].map((index) => store.open(aConnection(crowd[index] ?? '', `c${index}`))));
    expect(await live(...crowd)).toEqual(['c0', 'c129', 'c60']);
  });

  it("keeps both when a person's first two connections ever open at once", async () => {
    const { store, user, live } = setup();
    await Promise.all(['x', 'y', 'z'].map((id) => store.open(aConnection(user, id))));
    expect(await live(user)).toEqual(['x', 'y', 'z']);
  });

  it('may be told twice that a connection opened', async () => {
    const { store, user, live } = setup();
    await store.open(aConnection(user, 'x'));
    await store.open(aConnection(user, 'x'));
    expect(await live(user)).toEqual(['x']);
  });

  it('[C6] answers every connection of the person to one that opens, itself included', async () => {
    const { store, user, other, clock } = setup();
    await store.open(aConnection(other, 'foreign'));
    await store.open(aConnection(user, 'x'));
    clock.advance(7_000);
    const opened = await store.open(aConnection(user, 'y'));
    const [atStart, later] = [startMs / 1_000, startMs / 1_000 + 7];
    const lease = { userId: user, sessionId: sessionId('one'), retired: false, idle: false };
    expect(opened.toSorted((a, b) => a.openedAt - b.openedAt)).toEqual([
      { ...lease, connectionId: 'x', openedAt: atStart },
      { ...lease, connectionId: 'y', openedAt: later },
    ]);
    expect(await store.allOf(user)).toEqual(expect.arrayContaining(opened));
    expect(await store.allOf(ids.user())).toEqual([]);
  });

  it('[P8] has nobody push to a connection that is retired, but finds it to close it', async () => {
    const { store, user, other, live } = setup();
    const [going, staying] = [`going-${user}`, `staying-${user}`];
    for (const id of [going, staying]) await store.open(aConnection(user, id));
    await store.retire(other, staying);
    await store.retire(user, going);
    await store.retire(user, going);
    await store.retire(user, 'never-opened');
    expect(await live(user, other)).toEqual([staying]);
    const all = await store.allOf(user);
    expect(all.find(({ connectionId }) => connectionId === going)).toMatchObject({ retired: true });
    expect(all).toHaveLength(2);
    await store.close(going);
    expect(await store.allOf(user)).toHaveLength(1);
  });

  it('[G4] knows of each connection whether somebody is at it', async () => {
    const { store, user, other } = setup();
    const [desk, phone] = [`desk-${user}`, `phone-${user}`];
    for (const id of [desk, phone]) await store.open(aConnection(user, id));
    await store.setIdle(user, desk, true);
    await store.setIdle(user, 'never-opened', true);
    await store.setIdle(other, phone, true);
    const idle = async () =>
      (await store.allOf(user)).filter((one) => one.idle).map(({ connectionId }) => connectionId);
    expect(await idle()).toEqual([desk]);
    await store.setIdle(user, desk, false);
    await store.setIdle(user, desk, false);
    expect(await idle()).toEqual([]);
  });

  it('[G3] knows when a person last lost a connection, however it went', async () => {
    const { store, user, clock } = setup();
    expect(await store.reach(user)).toEqual({ connections: [], endedAtMs: undefined, hides: [] });
    const names = ['closed', 'gone', 'dropped', 'left'].map((name) => `${name}-${user}`);
    const [closed = '', gone = '', dropped = '', left = ''] = names;
    for (const id of names) await store.open(aConnection(user, id));
    expect((await store.reach(user)).endedAtMs).toBeUndefined();
    const ends = [() => store.close(closed), () => store.forget(user, gone), () => store.drop(user, dropped)];
    for (const end of ends) {
      clock.advance(openingMs + 1_000);
      await end();
      expect((await store.reach(user)).endedAtMs).toBe(clock.now());
    }
    expect((await store.reach(user)).connections).toMatchObject([{ connectionId: left }]);
  });

  it('drops a connection whatever is left of it, however new it is', async () => {
    const { store, user, other, live, clock } = setup();
    const connectionId = `new-${user}`;
    await store.open(aConnection(user, connectionId));
    await store.open(aConnection(other, `kept-${other}`));
    await store.drop(user, connectionId);
    await store.drop(user, connectionId);
    await store.drop(ids.user(), 'of-somebody-never-seen');
    clock.advance(leaseMs);
    await store.drop(other, `kept-${other}`);
    clock.advance(-leaseMs);
    expect(await live(user, other)).toEqual([]);
    expect(await store.identify(connectionId)).toBeUndefined();
  });

  it('identifies a connection', async () => {
    const { store, user } = setup();
    const connectionId = `of-${user}`;
    await store.open(aConnection(user, connectionId));
    expect(await store.identify(connectionId)).toEqual({ userId: user, sessionId: sessionId('one') });
    expect(await store.identify('never-opened')).toBeUndefined();
  });

  it('forgets exactly the connection that closed, and may be told so twice', async () => {
    const { store, user, live } = setup();
    const [first, second] = [`1-${user}`, `2-${user}`];
    await store.open(aConnection(user, first));
    await store.open(aConnection(user, second));
    await store.close(first);
    await store.close(first);
    await store.close('never-opened');
    expect(await live(user)).toEqual([second]);
    expect(await store.identify(first)).toBeUndefined();
  });

  it('forgets a connection that turned out to be gone, and may be told so twice', async () => {
    const { store, user, live, clock } = setup();
    const connectionId = `gone-${user}`;
    await store.open(aConnection(user, connectionId));
    clock.advance(openingMs + 1_000);
    await store.forget(user, connectionId);
    await store.forget(user, connectionId);
    await store.forget(ids.user(), 'of-somebody-never-seen');
    expect(await live(user)).toEqual([]);
    expect(await store.identify(connectionId)).toBeUndefined();
  });

  it('does not forget one that may only not be open yet', async () => {
    const { store, user, live, clock } = setup();
    const connectionId = `opening-${user}`;
    await store.open(aConnection(user, connectionId));
    await store.forget(user, connectionId);
    clock.advance(openingMs);
    await store.forget(user, connectionId);
    expect(await live(user)).toEqual([connectionId]);
    expect(await store.identify(connectionId)).toBeDefined();
    clock.advance(1_000);
    await store.forget(user, connectionId);
    expect(await live(user)).toEqual([]);
  });

  it('forgets no connection under the name of another person', async () => {
    const { store, user, other, live, clock } = setup();
    await store.open(aConnection(user, `kept-${user}`));
    await store.open(aConnection(other, `other-${user}`));
    clock.advance(openingMs + 1_000);
    await store.forget(other, `kept-${user}`);
    expect(await live(user)).toEqual([`kept-${user}`]);
  });

  it('counts a connection until its lease ends, also when nobody told that it closed', async () => {
    const { store, user, live, clock } = setup();
    const connectionId = `leased-${user}`;
    await store.open(aConnection(user, connectionId));
    clock.advance(leaseMs - 1_000);
    expect(await live(user)).toEqual([connectionId]);
    clock.advance(1_000);
    expect(await live(user)).toEqual([]);
    expect(await store.identify(connectionId)).toBeUndefined();
  });

  it('outlives the two hours of API Gateway', () => {
    expect(leaseMs).toBeGreaterThan(2 * 3_600_000);
  });
});

describe('the connection store on DynamoDB', () => {
  it('sweeps what $disconnect missed when the person next connects', async () => {
    const clock = movableClock();
    const { client, tables } = database();
    const store = dynamoConnectionStore({ client, connectionsTable: tables.connectionsTable, clock });
    const user = ids.user();
    await store.open(aConnection(user, 'missed'));
    clock.advance(leaseMs);
    await store.open(aConnection(user, 'new'));
    // With the clock back, only what was removed from the item is missing.
    clock.advance(-leaseMs);
    expect((await store.ofUsers([user])).map(({ connectionId }) => connectionId)).toEqual(['new']);
  });

  it('keeps the connection that opened while another one was making the map', async () => {
    const clock = movableClock();
    const { client, tables } = database();
    const user = ids.user();
    const fast = dynamoConnectionStore({ client, ...tables, clock });
    const overtaken = {
      async send(command: UpdateCommand) {
        const makesMap = command.input.UpdateExpression?.includes('connections = ');
        if (makesMap) await fast.open(aConnection(user, 'fast'));
        return await client.send(command);
      },
    } as unknown as typeof client;
    await dynamoConnectionStore({ client: overtaken, ...tables, clock }).open(aConnection(user, 'slow'));
    const found = await fast.ofUsers([user]);
    expect(found.map(({ connectionId }) => connectionId).sort()).toEqual(['fast', 'slow']);
  });
});
