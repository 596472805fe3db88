import { describe, expect, it } from 'vitest';
import { anna, ben, cleo, startMs } from '../../test/support/builders.ts';
import { presenceWorld } from '../../test/support/presence-world.ts';
import { limits } from '../limits.ts';
import { setPresence } from './set-presence.ts';

const [ofAnna, ofBen, ofCleo] = [anna, ben, cleo].map((id) => `connection-of-${id}`) as [
  string,
  string,
  string,
];

/** Anna is online, at her desk and with her phone; Ben and Cleo watch her. */
async function setup() {
  const world = presenceWorld('anna', 'ben', 'cleo');
  for (const person of [anna, ben, cleo]) await world.open(person);
  await world.open(anna, 'phone');
  await world.follow(anna, ben, cleo);
  await world.watch(ben, anna);
  await world.watch(cleo, anna);
  return world;
}

describe('what somebody sets', () => {
  it('[G5] is told at once to whoever watches, and to all their own connections', async () => {
    const world = await setup();
    const custom = { text: 'On the train', emoji: '🚆' };
    await world.set(anna, { availability: 'away', custom });
    const seen = { status: 'away', custom, version: 2 };
    for (const connection of [ofBen, ofCleo]) {
      expect(world.told(connection)).toMatchObject([seen]);
      expect(world.told(connection)[0]).not.toHaveProperty('availability');
    }
    for (const connection of [ofAnna, 'phone'])
      expect(world.told(connection)).toMatchObject([{ ...seen, availability: 'away' }]);
  });

  it('[G5] stays until it is set anew: what is not named is as it was', async () => {
    const world = await setup();
    await world.set(anna, { custom: { text: 'On the train' } });
    await world.set(anna, { availability: 'away' });
    expect(world.told(ofBen).at(-1)).toMatchObject({ status: 'away', custom: { text: 'On the train' } });
    await world.set(anna, { availability: 'auto', custom: null });
    expect(world.told(ofBen).at(-1)).toMatchObject({ status: 'online' });
    expect(world.told(ofBen).at(-1)).not.toHaveProperty('custom');
  });

  it('[G6] hides somebody invisible, and none of what they do then is told to others', async () => {
    const world = await setup();
    await world.set(anna, { availability: 'invisible' });
    await world.set(anna, { custom: { text: 'nobody sees me' } });
    await world.set(anna, { idle: true });
    await world.connections.setIdle(anna, 'phone', true);
    await world.follow(anna);
    expect(world.told(ofBen)).toEqual([
      { type: 'presence.update', user_id: anna, status: 'offline', last_seen: null, version: 2 },
    ]);
    expect(world.told('phone').at(-1)).toMatchObject({
      status: 'offline',
      availability: 'invisible',
      custom: { text: 'nobody sees me' },
    });
    await world.set(anna, { availability: 'auto' });
    expect(world.told(ofBen).at(-1)).toMatchObject({ status: 'away', version: 3 });
  });

  it('[G7] tells nobody across a block, whoever blocks', async () => {
    const world = await setup();
    await world.blocks.put(ben, anna, 'now');
    await world.set(anna, { custom: { text: 'one' } });
    await world.blocks.put(anna, cleo, 'now');
    await world.set(anna, { custom: { text: 'two' } });
    expect(world.told(ofBen)).toEqual([]);
    expect(world.told(ofCleo).map(({ custom }) => custom?.text)).toEqual(['one']);
  });

  it('tells it again when the frame is sent again, because its answer was lost', async () => {
    const world = await setup();
    const blind = {
      ...world.deps,
      watches: { ...world.watches, watchersOf: () => Promise.reject(new Error('throttled')) },
    };
    const connection = { userId: anna, sessionId: 's', connectionId: ofAnna };
    const frame = { availability: 'invisible' } as const;
    await expect(setPresence(connection, frame, blind)).rejects.toThrow('throttled');
    expect(world.told(ofBen)).toEqual([]);
    await setPresence(connection, frame, world.deps);
    expect(world.told(ofBen)).toMatchObject([{ status: 'offline', version: 2 }]);
    // The control: it was told by now, and is not told once more.
    await setPresence(connection, frame, world.deps);
    expect(world.told(ofBen)).toHaveLength(1);
  });

  it('is told by whatever happens next, when its sender never comes back', async () => {
    const world = await setup();
    const blind = {
      ...world.deps,
      watches: { ...world.watches, watchersOf: () => Promise.reject(new Error('throttled')) },
    };
    const connection = { userId: anna, sessionId: 's', connectionId: ofAnna };
    await expect(setPresence(connection, { availability: 'invisible' }, blind)).rejects.toThrow();
    expect(await world.follow(anna)).toMatchObject({ told: 1 });
    expect(world.told(ofBen)).toMatchObject([{ status: 'offline', version: 2 }]);
  });

  it('costs one write and no more where it is only about the connection', async () => {
    const world = await setup();
    const before = world.gateway.posts.length;
    await world.set(anna, { idle: true });
    expect(world.gateway.posts).toHaveLength(before);
    expect(await world.presence.get(anna)).toMatchObject({ rev: 1 });
  });
});

describe('who keeps their presence to themselves', () => {
  it('[G6] is offline for others as soon as they say so, and what they were before when they take it back', async () => {
    const world = await setup();
    await world.hide(anna, ['presence']);
    await world.follow(anna);
    expect(world.told(ofBen)).toMatchObject([{ status: 'offline', last_seen: null }]);
    await world.hide(anna, []);
    await world.follow(anna);
    expect(world.told(ofBen).at(-1)).toMatchObject({
      status: 'online',
      last_seen: new Date(startMs).toISOString(),
    });
  });

  it('[G6] sees others all the same', async () => {
    const world = await setup();
    await world.hide(ben, ['presence']);
    await world.follow(ben);
    await world.set(anna, { availability: 'away' });
    expect(world.told(ofBen)).toMatchObject([{ user_id: anna, status: 'away' }]);
  });

  it('[I11] leaves nothing behind when their account is erased', async () => {
    const world = await setup();
    await world.set(anna, { custom: { text: 'On the train' }, availability: 'away' });
    const profile = await world.users.get(anna);
    if (profile) await world.users.erase(profile, 'now');
    expect(await world.check(anna)).toBe('told');
    expect(world.told(ofBen).at(-1)).toEqual({
      type: 'presence.update',
      user_id: anna,
      status: 'offline',
      last_seen: null,
      version: 3,
    });
    expect(JSON.stringify(await world.presence.get(anna))).not.toMatch(/train|2026/);
    expect(await world.check(anna, 'again')).toBe('nothing_new');
  });
});

it('tells a thousand who watch one person, each once', async () => {
  const world = presenceWorld('anna');
  const crowd = Array.from({ length: 1_000 }, (_, index) => `u_${String(index).padStart(26, '0')}`);
  await world.open(anna);
  for (const person of crowd) {
    await world.open(person);
    await world.watches.watch({ userId: person, connectionId: `connection-of-${person}` }, [anna], 1);
  }
  expect(await world.follow(anna)).toMatchObject({ frames: 1_000 });
  expect(new Set(world.gateway.posts.map(({ connectionId }) => connectionId)).size).toBe(1_000);
  expect(limits.pushConcurrency).toBeLessThan(1_000);
});
