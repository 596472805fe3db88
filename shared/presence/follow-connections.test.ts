import { describe, expect, it } from 'vitest';
import { anna, ben, cleo, startMs } from '../../test/support/builders.ts';
import { presenceWorld } from '../../test/support/presence-world.ts';
import { limits } from '../limits.ts';
import { followConnections } from './follow-connections.ts';

const debounceMs = limits.offlineDebounceSeconds * 1_000;
const at = (ms: number) => new Date(startMs + ms).toISOString();
const ofBen = `connection-of-${ben}`;
const online = { type: 'presence.update', user_id: anna, status: 'online', last_seen: at(0), version: 1 };

/** Ben watches Anna. */
async function benWatches() {
  const world = presenceWorld('anna', 'ben', 'cleo');
  await world.open(ben);
  await world.watch(ben, anna);
  return world;
}

describe('when connections change', () => {
  it('[G1] tells whoever watches that somebody came, at once', async () => {
    const world = await benWatches();
    await world.open(anna);
    expect(await world.follow(anna)).toMatchObject({ told: 1, frames: 1, errors: [] });
    expect(world.told(ofBen)).toEqual([online]);
  });

  it('tells nothing of a second connection, and nothing twice', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.follow(anna);
    await world.open(anna, 'phone');
    expect(await world.follow(anna, anna)).toMatchObject({ told: 0 });
    expect(world.told(ofBen)).toHaveLength(1);
  });

  it('[G4] tells that somebody is away when they are at none of their connections, and back again', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.open(anna, 'phone');
    await world.follow(anna);
    await world.set(anna, { idle: true });
    await world.follow(anna);
    expect(world.told(ofBen)).toHaveLength(1);
    await world.connections.setIdle(anna, 'phone', true);
    await world.follow(anna);
    await world.set(anna, { idle: false });
    await world.follow(anna);
    expect(world.told(ofBen).map(({ status }) => status)).toEqual(['online', 'away', 'online']);
    expect(world.told(ofBen).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('[G3] takes nobody offline at once, and asks for a look later', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.follow(anna);
    await world.connections.close(`connection-of-${anna}`);
    await world.follow(anna);
    expect(world.told(ofBen)).toEqual([online]);
    expect(world.later).toEqual([anna]);
  });

  it('[G3] does not flicker when somebody connects anew', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.follow(anna);
    await world.connections.close(`connection-of-${anna}`);
    await world.follow(anna);
    world.clock.advance(debounceMs / 2);
    await world.open(anna, 'again');
    await world.follow(anna);
    world.clock.advance(debounceMs / 2);
    expect(await world.check(anna)).toBe('nothing_new');
    expect(world.told(ofBen)).toEqual([online]);
  });

  it('[G3] waits out the last end and not the first one', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.follow(anna);
    for (const connectionId of [`connection-of-${anna}`, 'again']) {
      await world.open(anna, connectionId);
      await world.connections.close(connectionId);
      await world.follow(anna);
      world.clock.advance(debounceMs / 2);
    }
    expect(await world.check(anna, 'the first')).toBe('nothing_new');
    world.clock.advance(debounceMs / 2);
    expect(await world.check(anna, 'the second')).toBe('told');
    const lastSeen = at(debounceMs / 2);
    expect(world.told(ofBen).at(-1)).toMatchObject({ status: 'offline', last_seen: lastSeen, version: 2 });
  });

  it('[G3] counts a connection that is about to be closed as none', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.follow(anna);
    await world.connections.retire(anna, `connection-of-${anna}`);
    await world.follow(anna);
    expect(world.later).toEqual([anna]);
  });

  it('[R2] tells a connection of many people in one frame', async () => {
    const world = presenceWorld('anna', 'ben', 'cleo');
    await world.open(ben);
    await world.watch(ben, anna, cleo);
    await world.open(anna);
    await world.open(cleo);
    expect(await world.follow(cleo, anna, cleo)).toMatchObject({ told: 2, frames: 1 });
    expect(world.told(ofBen).map(({ user_id }) => user_id)).toEqual([cleo, anna]);
  });
});

describe('when something fails', () => {
  it('tells again what a batch that died after its write may not have told', async () => {
    const world = await benWatches();
    await world.open(anna);
    const changes = [{ userId: anna, id: 'record-a' }];
    const blind = { ...world.deps, watches: { watchersOf: () => Promise.reject(new Error('throttled')) } };
    const first = await followConnections(changes, blind);
    expect([...first.failed]).toEqual([anna]);
    expect(world.told(ofBen)).toEqual([]);
    expect(await followConnections(changes, world.deps)).toMatchObject({ told: 1, errors: [] });
    expect(world.told(ofBen)).toEqual([online]);
    // The control: another record of the same connection has nothing to tell.
    expect(await world.follow(anna)).toMatchObject({ told: 0 });
  });

  it('fails only those of whom something could not be done, and settles the others', async () => {
    const world = presenceWorld('anna', 'ben', 'cleo');
    await world.open(anna);
    await world.open(ben);
    const get = async (userId: string) => {
      if (userId === anna) throw new Error('throttled');
      return await world.presence.get(userId);
    };
    const deps = { ...world.deps, presence: { ...world.presence, get } };
    const changes = [anna, ben].map((userId) => ({ userId, id: `of-${userId}` }));
    const report = await followConnections(changes, deps);
    expect([...report.failed]).toEqual([anna]);
    expect(await world.presence.get(ben)).toMatchObject({ status: 'online' });
  });

  it('comes again when the look for later could not be asked for', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.follow(anna);
    await world.connections.close(`connection-of-${anna}`);
    const checks = { later: () => Promise.reject(new Error('throttled')) };
    const changes = [{ userId: anna, id: 'record-a' }];
    expect([...(await followConnections(changes, { ...world.deps, checks })).failed]).toEqual([anna]);
    expect([...(await followConnections(changes, world.deps)).failed]).toEqual([]);
    expect(world.later).toEqual([anna]);
  });

  it('forgets a watching connection that is gone, and tells the others', async () => {
    const world = await benWatches();
    await world.open(cleo);
    await world.watch(cleo, anna);
    world.clock.advance((limits.connectionOpeningSeconds + 1) * 1_000);
    world.gateway.break(ofBen, 'gone');
    await world.open(anna);
    await world.follow(anna);
    expect(world.told(`connection-of-${cleo}`)).toHaveLength(1);
    expect(await world.connections.allOf(ben)).toEqual([]);
  });

  it('does not leave somebody offline who connected while a check was writing', async () => {
    const world = await benWatches();
    await world.open(anna);
    await world.follow(anna);
    await world.connections.close(`connection-of-${anna}`);
    world.clock.advance(debounceMs);
    const settle = world.presence.settle.bind(world.presence);
    let overtaken = false;
    world.presence.settle = async (...args) => {
      if (!overtaken) {
        overtaken = true;
        // Its own trigger sees that she is online already, and does nothing.
        await world.open(anna, 'again');
        await world.follow(anna);
      }
      return await settle(...args);
    };
    await world.check(anna);
    expect(await world.presence.get(anna)).toMatchObject({ status: 'online' });
    expect(world.told(ofBen).at(-1)).toMatchObject({ status: 'online', version: 3 });
  });

  it('gives up when others write all the time, and says so', async () => {
    const world = await benWatches();
    await world.open(anna);
    world.presence.settle = async () => false;
    const report = await world.follow(anna);
    expect(report.errors).toMatchObject([{ code: 'unavailable' }]);
    expect([...report.failed]).toEqual([anna]);
  });
});
