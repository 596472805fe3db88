import { describe, expect, it } from 'vitest';
import { aConnection, anna, aSession, ben, countingIds, movableClock } from '../../test/support/builders.ts';
import { dyingAfter } from '../../test/support/dying-process.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryConnectionStore, inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { dynamoConnectionStore } from './dynamo-connection-store.ts';
import { openConnection } from './open-connection.ts';

const notice = { type: 'system.notice', code: 'connection.replaced', params: {}, severity: 'warning' };
const perUserMax = 3;

async function setup() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  for (const userId of [anna, ben]) await sessions.add(aSession({ userId }));
  const connections = inMemoryConnectionStore(clock);
  const gateway = inMemorySockets();
  const deps = { connections, sessions, gateway, perUserMax };
  /** Each a second after the one before. */
  const open = async (userId: string, ...connectionIds: string[]) => {
    for (const id of connectionIds) {
      clock.advance(1_000);
      expect(await openConnection(aConnection(userId, id), deps)).toBe(true);
    }
  };
  const live = async (userId = anna) =>
    (await connections.ofUsers([userId])).map(({ connectionId }) => connectionId).sort();
  return { clock, sessions, gateway, deps, open, live };
}

describe('openConnection', () => {
  it('makes a connection reachable', async () => {
    const { open, live, gateway } = await setup();
    await open(anna, 'a', 'b', 'c');
    expect(await live()).toEqual(['a', 'b', 'c']);
    expect(gateway.posts).toEqual([]);
  });

  it('[P8] refuses it when the session ended since the ticket was taken, and leaves nothing to push to', async () => {
    const { sessions, deps, live, gateway } = await setup();
    const session = aSession();
    await sessions.end(anna, [session.sessionId]);
    expect(await openConnection(aConnection(anna, 'late'), deps)).toBe(false);
    expect(await live()).toEqual([]);
    expect(gateway.posts).toEqual([]);
  });

  it('[C6] ends the oldest connections above the cap, each with a notice, and nobody else’s', async () => {
    const { open, live, gateway } = await setup();
    await open(ben, 'of-ben');
    await open(anna, 'a', 'b', 'c', 'd', 'e');
    expect(await live()).toEqual(['c', 'd', 'e']);
    expect(gateway.ended).toEqual(['a', 'b']);
    expect(gateway.posts.map(({ connectionId }) => connectionId)).toEqual(['a', 'b']);
    expect(gateway.events('a')).toEqual([notice]);
    expect(await live(ben)).toEqual(['of-ben']);
  });

  it('[C6] never ends the newcomer itself, also when all came in one second', async () => {
    const { deps, live } = await setup();
    for (const id of ['z', 'y', 'x', 'a']) await openConnection(aConnection(anna, id), deps);
    const left = await live();
    expect(left).toHaveLength(perUserMax);
    expect(left).toContain('a');
  });

  it('[C6] tries again with the next one what it could not close', async () => {
    const { open, live, gateway } = await setup();
    await open(anna, 'a', 'b', 'c');
    gateway.break('a', 'failed');
    await open(anna, 'd');
    expect(await live()).toEqual(['a', 'b', 'c', 'd']);
    gateway.mend('a');
    await open(anna, 'e');
    expect(await live()).toEqual(['c', 'd', 'e']);
  });

  it('[C6] counts no connection that is retired, and leaves it to whoever retired it', async () => {
    const { open, live, deps, gateway } = await setup();
    await open(anna, 'a', 'b', 'c');
    await deps.connections.retire(anna, 'a');
    await open(anna, 'd');
    expect(await live()).toEqual(['b', 'c', 'd']);
    expect(gateway.ended).toEqual([]);
  });

  it('[C6] lets a deployment have another cap', async () => {
    const { deps, live } = await setup();
    for (const id of ['a', 'b']) await openConnection(aConnection(anna, id), { ...deps, perUserMax: 1 });
    expect(await live()).toEqual(['b']);
  });
});

const database = testDatabase();

it('[C6] ends with the cap when many connect at once', async () => {
  const { client, tables } = database();
  const clock = movableClock();
  const user = countingIds('MANY').user();
  const connections = dynamoConnectionStore({ client, ...tables, clock });
  const gateway = inMemorySockets();
  const sessions = { isLive: async () => true };
  const cap = 5;
  const connect = (id: string) =>
    openConnection(aConnection(user, id), { connections, sessions, gateway, perUserMax: cap });
  for (let index = 0; index < cap; index += 1) await connect(`old-${index}`);
  clock.advance(1_000);
  await Promise.all(Array.from({ length: 20 }, (_, index) => connect(`new-${index}`)));
  const live = await connections.ofUsers([user]);
  expect(live.length).toBeLessThanOrEqual(cap);
  expect(live.length).toBeGreaterThan(0);
  expect(live.filter(({ connectionId }) => gateway.ended.includes(connectionId))).toEqual([]);
  for (let index = 0; index < cap; index += 1) expect(gateway.events(`old-${index}`)).toContainEqual(notice);
});

it('[C6] is within the cap again with the next one, wherever a connect died', async () => {
  for (let calls = 0; calls < 20; calls += 1) {
    const { clock, deps, open, live } = await setup();
    await open(anna, 'a', 'b', 'c');
    const { connections, sessions, gateway } = deps;
    const dying = dyingAfter(calls, { connections, sessions, gateway });
    clock.advance(1_000);
    await openConnection(aConnection(anna, 'd'), { ...dying.deps, perUserMax }).catch(() => undefined);
    await open(anna, 'e');
    const left = await live();
    expect(left.length).toBeLessThanOrEqual(perUserMax);
    expect(left).toContain('e');
    // open, isLive, and of the oldest one: post, end, close.
    if (!dying.died()) return expect(calls).toBe(5 + 1);
  }
  throw new Error('it never came to its end');
});
