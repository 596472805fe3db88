import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { aConnection, countingIds, movableClock, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { limits } from '../limits.ts';
import { connectionKey, connectionShards } from './connection-keys.ts';
import { dynamoConnectionRows } from './dynamo-connection-rows.ts';
import { dynamoConnectionStore } from './dynamo-connection-store.ts';
import { sweepConnections } from './sweep-connections.ts';

const database = testDatabase();
const ids = countingIds('SWEE');
const silentMs = limits.silentConnectionSeconds * 1_000 + 1_000;
const reconnectAfterSeconds = 6_000;

/** A table of each test's own would be slow, so each has the years for itself in which nothing of the others is left. */
let year = 0;

async function setup() {
  year += 1;
  const clock = movableClock(startMs + year * 365 * 24 * 3_600_000);
  const { client, tables } = database();
  const connections = dynamoConnectionStore({ client, ...tables, clock });
  const rows = dynamoConnectionRows({ client, ...tables, clock });
  const gateway = inMemorySockets();
  const sweep = (more: Partial<Parameters<typeof sweepConnections>[0]> = {}) =>
    sweepConnections({ rows, connections, gateway, clock, reconnectAfterSeconds, ...more });
  // What the tests before have left is over.
  await sweep();
  return {
    clock,
    connections,
    rows,
    gateway,
    sweep,
    open: async (count = 1) => {
      const opened = Array.from({ length: count }, () => {
        const userId = ids.user();
        return aConnection(userId, `c-${userId}`);
      });
      await Promise.all(opened.map((one) => connections.open(one)));
      return opened as [ReturnType<typeof aConnection>, ...ReturnType<typeof aConnection>[]];
    },
    live: async (...people: readonly { userId: string }[]) =>
      (await connections.ofUsers(people.map(({ userId }) => userId))).length,
  };
}

const nothing = { dropped: 0, alive: 0, unknown: 0, warned: 0 };

describe('the sweep', () => {
  it('leaves alone what has given a sign of life', async () => {
    const { open, sweep, clock, live, gateway, rows } = await setup();
    const [one] = await open();
    clock.advance(silentMs - 1_000);
    expect(await sweep()).toEqual(nothing);
    await rows.noteLife(one.connectionId);
    clock.advance(2_000);
    expect(await sweep()).toEqual(nothing);
    expect(await live(one)).toBe(1);
    expect(gateway.posts).toEqual([]);
  });

  it('[G8] forgets connections that ended without a word, whichever shard they are in', async () => {
    const { open, sweep, clock, live, gateway } = await setup();
    const all = await open(40);
    expect(new Set(all.map(({ connectionId }) => connectionKey(connectionId).pk)).size).toBeGreaterThan(
      connectionShards / 2,
    );
    const gone = all.slice(0, 25);
    for (const { connectionId } of gone) gateway.break(connectionId, 'gone');
    clock.advance(silentMs);
    expect(await sweep()).toEqual({ ...nothing, dropped: 25, alive: 15 });
    expect(await live(...all)).toBe(15);
    expect(await live(...gone)).toBe(0);
  });

  it('asks only once in a while after a connection that lives and says nothing', async () => {
    const { open, sweep, clock } = await setup();
    await open();
    clock.advance(silentMs);
    expect(await sweep()).toMatchObject({ alive: 1 });
    expect(await sweep()).toEqual(nothing);
  });

  it('keeps a connection of which it could not be learnt whether it lives', async () => {
    const { open, sweep, clock, live, gateway } = await setup();
    const [one] = await open();
    gateway.break(one.connectionId, 'failed');
    clock.advance(silentMs);
    expect(await sweep()).toEqual({ ...nothing, unknown: 1 });
    expect(await live(one)).toBe(1);
    gateway.mend(one.connectionId);
    expect(await sweep()).toMatchObject({ alive: 1 });
  });

  it('forgets leases that are over, and rows that are left of a connection', async () => {
    const { open, sweep, clock, connections, rows } = await setup();
    const [one] = await open();
    clock.advance(limits.connectionLeaseSeconds * 1_000);
    expect(await sweep()).toEqual({ ...nothing, dropped: 1 });
    expect(await rows.livedAt(one.connectionId)).toBeUndefined();
    clock.advance(-limits.connectionLeaseSeconds * 1_000);
    expect(await connections.allOf(one.userId)).toEqual([]);
  });

  it('never brings back a connection that ends at the same moment', async () => {
    const { open, rows, connections } = await setup();
    const [one] = await open();
    await connections.close(one.connectionId);
    await rows.noteLife(one.connectionId);
    await rows.noteWarning(one.connectionId);
    expect(await rows.livedAt(one.connectionId)).toBeUndefined();
  });

  it('goes on with the others when one cannot be dealt with, and fails in the end', async () => {
    const { open, sweep, clock, live, gateway, connections } = await setup();
    const all = await open(5);
    for (const { connectionId } of all) gateway.break(connectionId, 'gone');
    clock.advance(silentMs);
    const drop = async (userId: string, connectionId: string) => {
      if (userId === all[2]?.userId) throw new Error('throttled');
      await connections.drop(userId, connectionId);
    };
    await expect(sweep({ connections: { drop } })).rejects.toThrow('1 parts of a sweep failed');
    expect(await live(...all)).toBe(1);
    expect(await sweep()).toMatchObject({ dropped: 1 });
  });
});

describe('a connection that gets old', () => {
  const warning = (withinMs: number) => ({
    type: 'system.notice',
    code: 'connection.expiring',
    params: { within_ms: withinMs },
    severity: 'info',
  });

  it('[C7] is told once that it will end, and when', async () => {
    const { open, sweep, clock, gateway } = await setup();
    const [one] = await open();
    clock.advance(reconnectAfterSeconds * 1_100);
    expect(await sweep()).toMatchObject({ warned: 1 });
    expect(gateway.events(one.connectionId)).toEqual([warning(600_000)]);
    expect(await sweep()).toEqual(nothing);
    expect(gateway.posts).toHaveLength(1);
  });

  it('[C7] is told some time before or after others of its age', async () => {
    const { open, sweep, clock } = await setup();
    await open(30);
    const perMinute: number[] = [];
    clock.advance((reconnectAfterSeconds - 60) * 1_000);
    for (let minute = 0; minute <= 11; minute += 1) {
      perMinute.push((await sweep()).warned);
      clock.advance(60_000);
    }
    expect(perMinute[0]).toBe(0);
    expect(perMinute.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(Math.max(...perMinute)).toBeLessThan(15);
  });

  it('[C7] is told in time also where that is late', async () => {
    const { open, sweep, clock } = await setup();
    await open(20);
    const late = { reconnectAfterSeconds: 115 * 60 };
    clock.advance((limits.connectionMaxSeconds - 179) * 1_000);
    expect(await sweep(late)).toMatchObject({ warned: 20 });
  });

  it('is told again when the push failed', async () => {
    const { open, sweep, clock, gateway } = await setup();
    const [one] = await open();
    clock.advance(reconnectAfterSeconds * 1_100);
    gateway.look = async () => 'open';
    gateway.break(one.connectionId, 'failed');
    expect(await sweep()).toMatchObject({ warned: 0, unknown: 1 });
    gateway.mend(one.connectionId);
    expect(await sweep()).toMatchObject({ warned: 1 });
  });

  it('is forgotten when the push finds it gone', async () => {
    const { open, sweep, clock, gateway, live, rows } = await setup();
    const [one] = await open();
    clock.advance(reconnectAfterSeconds * 1_100);
    await rows.noteLife(one.connectionId);
    gateway.break(one.connectionId, 'gone');
    expect(await sweep()).toEqual({ ...nothing, dropped: 1 });
    expect(await live(one)).toBe(0);
  });
});

describe('a row of a connection', () => {
  it('costs one unit to note a sign of life', async () => {
    const { open } = await setup();
    const [one] = await open();
    const { client, tables } = database();
    let units: number | undefined;
    const counting = {
      async send(command: UpdateCommand) {
        if (command instanceof UpdateCommand) command.input.ReturnConsumedCapacity = 'TOTAL';
        const answer = await client.send(command);
        units = answer.ConsumedCapacity?.CapacityUnits;
        return answer;
      },
    } as unknown as typeof client;
    await dynamoConnectionRows({ client: counting, ...tables, clock: movableClock() }).noteLife(
      one.connectionId,
    );
    expect(units).toBe(1);
  });
});
