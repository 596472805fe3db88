import { GetCommand, type UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { countingIds, instantBackoff, movableClock, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryPresenceStore } from '../../test/support/in-memory-presence.ts';
import { presenceKey } from '../connections/connection-keys.ts';
import { dynamoPresenceStore } from './dynamo-presence-store.ts';
import { noPresence, type PresenceRecord } from './presence.ts';

const database = testDatabase();
const ids = countingIds('PRES');
const dynamo = () =>
  dynamoPresenceStore({
    client: database().client,
    connectionsTable: database().tables.connectionsTable,
    backoff: instantBackoff(),
    clock: movableClock(),
  });

const online = (userId: string, more: Partial<PresenceRecord> = {}): PresenceRecord => ({
  ...noPresence(userId),
  status: 'online',
  lastSeen: '2026-03-01T12:00:00.000Z',
  version: 1,
  rev: 1,
  cause: 'record-1',
  ...more,
});

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = { DynamoDB: dynamo, 'the in-memory stand-in': inMemoryPresenceStore };

describe.each(Object.entries(stores))('the presence store on %s', (_, open) => {
  it('has no record of somebody who never was there', async () => {
    expect(await open().get(ids.user())).toBeUndefined();
    expect(await open().getMany([ids.user()])).toEqual([]);
  });

  it('keeps what was settled, for one and for many', async () => {
    const [store, user, other] = [open(), ids.user(), ids.user()];
    expect(await store.settle(noPresence(user), online(user))).toBe(true);
    expect(await store.settle(noPresence(other), online(other, { cause: undefined }))).toBe(true);
    expect(await store.get(user)).toEqual(online(user));
    const { cause: __, ...silent } = online(other);
    expect(await store.getMany([other, user, user, ids.user()])).toHaveLength(2);
    expect(await store.get(other)).toEqual(silent);
  });

  it('keeps the cause of the last change that others see over changes that they do not see', async () => {
    const [store, user] = [open(), ids.user()];
    await store.settle(noPresence(user), online(user));
    const known = await store.get(user);
    if (known) await store.settle(known, { ...known, status: 'away', rev: 2 });
    expect(await store.get(user)).toMatchObject({ status: 'away', cause: 'record-1' });
  });

  it('writes nothing over a record that is not the known one any more', async () => {
    const [store, user] = [open(), ids.user()];
    await store.settle(noPresence(user), online(user));
    expect(await store.settle(noPresence(user), online(user, { status: 'away' }))).toBe(false);
    await store.set(user, { availability: 'away' });
    expect(await store.settle(online(user), online(user, { status: 'away', rev: 2 }))).toBe(false);
    expect(await store.get(user)).toMatchObject({ status: 'online', availability: 'away', rev: 2 });
  });

  it('keeps of the settings what is not named, and takes the custom status away', async () => {
    const [store, user] = [open(), ids.user()];
    const custom = { text: 'On the train', emoji: '🚆', expires_at: '2026-03-01T13:00:00.000Z' };
    await store.set(user, { custom });
    expect(await store.get(user)).toEqual({ ...noPresence(user), custom, rev: 1 });
    await store.set(user, { availability: 'invisible' });
    expect(await store.get(user)).toMatchObject({ availability: 'invisible', custom });
    await store.set(user, { custom: null });
    expect(await store.get(user)).toEqual({ ...noPresence(user), availability: 'invisible', rev: 3 });
  });

  it('forgets the cause of what was told, unless something else was written since', async () => {
    const [store, user] = [open(), ids.user()];
    await store.settle(noPresence(user), online(user));
    await store.told(online(user, { rev: 5 }));
    expect((await store.get(user))?.cause).toBe('record-1');
    await store.told(online(user));
    expect(await store.get(user)).not.toHaveProperty('cause');
  });

  it('[I11] keeps nothing of somebody erased but that they are offline', async () => {
    const [store, user] = [open(), ids.user()];
    await store.set(user, { availability: 'away', custom: { text: 'secret' } });
    const known = await store.get(user);
    if (!known) throw new Error('it was set');
    const next = { ...known, hidden: true, version: 1, rev: 2, lastSeen: '2026-03-01T12:00:00.000Z' };
    expect(await store.settle(known, { ...next, cause: 'c' }, { erase: true })).toBe(true);
    expect(await store.get(user)).toEqual({
      ...noPresence(user),
      hidden: true,
      version: 1,
      rev: 2,
      cause: 'c',
    });
  });
});

describe('the presence store on DynamoDB', () => {
  it('lets DynamoDB take the record of somebody erased', async () => {
    const { client, tables } = database();
    const user = ids.user();
    await dynamo().settle(noPresence(user), online(user, { hidden: true }), { erase: true });
    const { Item: item } = await client.send(
      new GetCommand({ TableName: tables.connectionsTable, Key: presenceKey(user) }),
    );
    expect(item).toMatchObject({ ...presenceKey(user), expires_at: startMs / 1_000 + 24 * 3_600 });
  });

  it('costs one unit to write', async () => {
    const { client, tables } = database();
    const user = ids.user();
    const units: (number | undefined)[] = [];
    const counting = {
      async send(command: UpdateCommand) {
        command.input.ReturnConsumedCapacity = 'TOTAL';
        const answer = await client.send(command);
        units.push(answer.ConsumedCapacity?.CapacityUnits);
        return answer;
      },
    } as unknown as typeof client;
    const store = dynamoPresenceStore({
      client: counting,
      ...tables,
      backoff: instantBackoff(),
      clock: movableClock(),
    });
    await store.settle(noPresence(user), online(user));
    await store.set(user, { custom: { text: 'x'.repeat(100) } });
    expect(units).toEqual([1, 1]);
  });
});
