import { describe, expect, it } from 'vitest';
import { aConnection, anna, ben, cleo, startMs, stranger } from '../../test/support/builders.ts';
import { presenceWorld } from '../../test/support/presence-world.ts';
import { limits } from '../limits.ts';
import { subscribePresence } from './subscribe-presence.ts';

const nobody = (user_id: string) => ({
  type: 'presence.update',
  user_id,
  status: 'offline',
  last_seen: null,
});
const ofBen = `connection-of-${ben}`;

async function setup() {
  const world = presenceWorld('anna', 'ben', 'cleo');
  for (const person of [anna, ben]) await world.open(person);
  await world.follow(anna, ben);
  return world;
}

describe('a subscription', () => {
  it('[G1] is answered with how each of them is, in their order', async () => {
    const world = await setup();
    expect(await world.watch(ben, cleo, anna)).toEqual([
      nobody(cleo),
      {
        type: 'presence.update',
        user_id: anna,
        status: 'online',
        last_seen: new Date(startMs).toISOString(),
        version: 1,
      },
    ]);
  });

  it('[G1] is answered once for somebody named twice, and again when it is repeated', async () => {
    const world = await setup();
    expect(await world.watch(ben, anna, anna)).toHaveLength(1);
    expect(await world.watch(ben, anna)).toHaveLength(1);
    await world.set(anna, { availability: 'away' });
    expect(world.told(ofBen)).toHaveLength(1);
  });

  it('[G5] shows oneself with what one has set', async () => {
    const world = await setup();
    await world.set(ben, { availability: 'invisible', custom: { text: 'here!' } });
    expect(await world.watch(ben, ben)).toMatchObject([
      { status: 'offline', availability: 'invisible', custom: { text: 'here!' } },
    ]);
  });

  it('[G7] shows everybody alike of whom nothing is to be known', async () => {
    const world = await setup();
    const profile = await world.users.get(cleo);
    if (profile) await world.users.erase(profile, 'now');
    await world.blocks.put(anna, ben, 'now');
    expect(await world.watch(ben, anna, cleo, stranger)).toEqual([anna, cleo, stranger].map(nobody));
    await world.blocks.remove(anna, ben);
    await world.blocks.put(ben, anna, 'now');
    expect(await world.watch(ben, anna)).toEqual([nobody(anna)]);
  });

  it('[G6] shows nobody who has just hidden, though it is not settled yet', async () => {
    const world = await setup();
    await world.hide(anna, ['presence']);
    expect(await world.watch(ben, anna)).toEqual([nobody(anna)]);
    await world.follow(anna);
    expect(await world.watch(ben, anna)).toEqual([nobody(anna)]);
  });

  it('misses nothing that changes while it is made', async () => {
    const world = await setup();
    const deps = {
      ...world.deps,
      watches: {
        ...world.watches,
        async watch(...args: Parameters<typeof world.watches.watch>) {
          const done = await world.watches.watch(...args);
          await world.set(anna, { availability: 'away' });
          return done;
        },
      },
    };
    const shown = await subscribePresence(aConnection(ben), { userIds: [anna], receivedAtMs: startMs }, deps);
    expect([...world.told(ofBen), ...shown].map(({ status, version }) => [status, version])).toEqual([
      ['away', 2],
      ['away', 2],
    ]);
  });

  it('[G2] is refused beyond the number of people that a connection may watch, and nothing changes', async () => {
    const world = await setup();
    const crowd = Array.from({ length: limits.presenceSubscriptionsMax }, (_, index) => {
      const userId = `u_${String(index).padStart(26, '0')}`;
      world.users.put({
        userId,
        handle: userId,
        displayName: 'x',
        email: '',
        emailVerified: false,
        createdAt: '',
      });
      return userId;
    });
    await world.watch(ben, ...crowd);
    await expect(world.watch(ben, anna)).rejects.toMatchObject({ code: 'frame.invalid' });
    await world.set(anna, { availability: 'away' });
    expect(world.told(ofBen)).toEqual([]);
    // The control: who is not there does not count.
    expect(await world.watch(ben, stranger)).toEqual([nobody(stranger)]);
  });

  it('[G1] ends with presence.unsubscribe', async () => {
    const world = await setup();
    await world.watch(ben, anna);
    await world.watches.unwatch(aConnection(ben), [anna], world.clock.now());
    await world.set(anna, { availability: 'away' });
    expect(world.told(ofBen)).toEqual([]);
  });

  it('[P8] tells nothing to a connection whose session is over', async () => {
    const world = await setup();
    await world.watch(ben, anna);
    await world.connections.retire(ben, ofBen);
    await world.set(anna, { availability: 'away' });
    expect(world.gateway.posts.filter(({ connectionId }) => connectionId === ofBen)).toEqual([]);
  });
});
