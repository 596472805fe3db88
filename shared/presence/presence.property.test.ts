/** Presence under a cloud that loses $disconnects, and repeats, delays, reorders and cuts off everything else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anna, ben, cleo } from '../../test/support/builders.ts';
import {
  type PresenceUpdateEvent,
  type PresenceWorld,
  presenceWorld,
} from '../../test/support/presence-world.ts';
import { limits } from '../limits.ts';
import { checkPresence } from './check-presence.ts';
import { followConnections } from './follow-connections.ts';
import { connectedStatus } from './presence.ts';

const people = [anna, ben, cleo];
const names = ['anna', 'ben', 'cleo'];

type Step =
  | {
      readonly kind: 'connect' | 'disconnect' | 'idle' | 'busy';
      readonly who: number;
      readonly lost: boolean;
    }
  | { readonly kind: 'set'; readonly who: number; readonly availability: 'auto' | 'away' | 'invisible' }
  | { readonly kind: 'hide' | 'show'; readonly who: number }
  | { readonly kind: 'stream'; readonly pick: number; readonly dies: boolean }
  | { readonly kind: 'queue'; readonly pick: number; readonly dies: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'subscribe'; readonly who: number; readonly whom: number };

const who = fc.integer({ min: 0, max: 2 });
const dies = fc.integer({ min: 0, max: 9 }).map((die) => die < 2);
const pick = fc.nat();
const connection = fc.record({
  kind: fc.constantFrom('connect' as const, 'disconnect' as const, 'idle' as const, 'busy' as const),
  who,
  // Three of ten $disconnects never come.
  lost: fc.integer({ min: 0, max: 9 }).map((die) => die < 3),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: connection },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      who,
      availability: fc.constantFrom('auto' as const, 'away' as const, 'invisible' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('hide' as const, 'show' as const), who }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('stream' as const), pick, dies }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('queue' as const), pick, dies }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), who, whom: who }) },
);

/** What happens at the same time, one after the other. */
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), {
  minLength: 10,
  maxLength: 30,
  size: 'max',
});

/** The cloud around the people: what it still has to deliver, and what it has delivered, which may come again. */
class Cloud {
  readonly world: PresenceWorld = presenceWorld(...names);
  /** Everybody's one pair of eyes: a connection that never ends and watches all. */
  readonly watcher = 'watcher';
  readonly #records: { userId: string; id: string; delivered: boolean }[] = [];
  readonly #checks: { userId: string; id: string; delivered: boolean; dueMs: number }[] = [];
  /** Sockets that are open in truth, of each person the latest last. */
  readonly #open: Record<string, string[]> = { [anna]: [], [ben]: [], [cleo]: [] };
  /** Leases of sockets that ended without a word. */
  readonly #ghosts: { userId: string; connectionId: string }[] = [];
  #count = 0;

  async take(one: Step): Promise<void> {
    if (one.kind === 'wait') this.world.clock.advance(one.seconds * 1_000);
    else if (one.kind === 'stream') await this.#stream(one.pick, one.dies);
    else if (one.kind === 'queue') await this.#queue(one.pick, one.dies);
    else await this.#act(one);
  }

  async #act(one: Exclude<Step, { kind: 'wait' | 'stream' | 'queue' }>): Promise<void> {
    const userId = people[one.who] ?? anna;
    switch (one.kind) {
      case 'connect': {
        const connectionId = `c-${this.#next()}`;
        this.#open[userId]?.push(connectionId);
        await this.world.open(userId, connectionId);
        return this.#changed(userId);
      }
      case 'disconnect': {
        const connectionId = this.#open[userId]?.pop();
        if (connectionId === undefined) return;
        if (one.lost) return void this.#ghosts.push({ userId, connectionId });
        await this.world.connections.close(connectionId);
        return this.#changed(userId);
      }
      case 'idle':
      case 'busy': {
        await this.world.connections.setIdle(userId, this.#open[userId]?.at(-1) ?? '', one.kind === 'idle');
        return this.#changed(userId);
      }
      case 'set':
        return await this.world.set(userId, { availability: one.availability });
      case 'hide':
      case 'show':
        await this.world.hide(userId, one.kind === 'hide' ? ['presence'] : []);
        return this.#changed(userId);
      case 'subscribe':
        await this.world.watch(userId, people[one.whom] ?? anna);
    }
  }

  /** Any record may come, also one that came before, with those around it or alone; and the consumer may die. */
  async #stream(pick: number, dies: boolean): Promise<void> {
    const from = this.#records.length === 0 ? 0 : pick % this.#records.length;
    const batch = this.#records.slice(from, from + 3);
    await followConnections(batch, { ...this.world.deps, ...this.#mortal(dies), checks: this.#queueing() });
    // What a dead consumer had comes again, though an earlier one was done with it.
    for (const record of batch) record.delivered = !dies;
  }

  async #queue(pick: number, dies: boolean): Promise<void> {
    const due = this.#checks.filter(({ dueMs }) => dueMs <= this.world.clock.now());
    const check = due[due.length === 0 ? 0 : pick % due.length];
    if (!check) return;
    const deps = { ...this.world.deps, ...this.#mortal(dies) };
    await checkPresence(check.userId, check.id, deps).catch(() => undefined);
    check.delivered = !dies;
  }

  /** Dies after it has written and before it has told. */
  #mortal(dies: boolean) {
    if (!dies) return {};
    return { watches: { watchersOf: () => Promise.reject(new Error('the consumer died')) } };
  }

  #queueing() {
    return {
      later: async (userId: string) => {
        const dueMs = this.world.clock.now() + limits.offlineDebounceSeconds * 1_000;
        this.#checks.push({ userId, id: `check-${this.#next()}`, delivered: false, dueMs });
      },
    };
  }

  #changed(userId: string): void {
    this.#records.push({ userId, id: `record-${this.#next()}`, delivered: false });
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  /** The sweep finds the ghosts; everything that was not delivered is; and time passes for what that asks for. */
  async calm(): Promise<void> {
    for (const { userId, connectionId } of this.#ghosts) {
      await this.world.connections.drop(userId, connectionId);
      this.#changed(userId);
    }
    for (const record of this.#records.filter(({ delivered }) => !delivered))
      await followConnections([record], { ...this.world.deps, checks: this.#queueing() });
    this.world.clock.advance(limits.offlineDebounceSeconds * 1_000);
    for (const check of this.#checks.filter(({ delivered }) => !delivered))
      await this.world.check(check.userId, check.id);
  }

  /** What a client believes that takes of two states the one with the higher version, in whatever order they arrive. */
  believed(order: 'as sent' | 'the other way round'): Map<string, PresenceUpdateEvent> {
    const held = new Map<string, PresenceUpdateEvent>();
    const told = this.world.told(this.watcher);
    for (const event of order === 'as sent' ? told : told.toReversed())
      if ((event.version ?? Infinity) >= (held.get(event.user_id)?.version ?? 0))
        held.set(event.user_id, event);
    return held;
  }

  /** How many $disconnects were lost. */
  get ghosts(): number {
    return this.#ghosts.length;
  }

  trulyOpen(userId: string): number {
    return this.#open[userId]?.length ?? 0;
  }
}

async function aCloud(): Promise<Cloud> {
  const cloud = new Cloud();
  const { world, watcher } = cloud;
  const userId = 'u_W0000000000000000000000000';
  world.users.put({ userId, handle: 'w', displayName: 'w', email: '', emailVerified: false, createdAt: '' });
  await world.open(userId, watcher);
  await world.watches.watch({ userId, connectionId: watcher }, people, 1);
  return cloud;
}

describe('presence', () => {
  it('[G8] is right for everybody and told to whoever watches, once the cloud has calmed down', async () => {
    let offline = 0;
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const cloud = await aCloud();
        for (const together of steps) await Promise.all(together.map((one) => cloud.take(one)));
        lost += cloud.ghosts;
        await cloud.calm();
        for (const userId of people) {
          const record = await cloud.world.presence.get(userId);
          const profile = await cloud.world.users.get(userId);
          const connections = await cloud.world.connections.allOf(userId);
          expect(connections).toHaveLength(cloud.trulyOpen(userId));
          const status = connectedStatus(connections);
          expect(record?.status ?? 'offline').toBe(status);
          const isHidden = profile?.hides?.includes('presence') || record?.availability === 'invisible';
          const shown = status === 'online' && record?.availability === 'away' ? 'away' : status;
          for (const order of ['as sent', 'the other way round'] as const) {
            const believed = cloud.believed(order).get(userId);
            expect(believed?.status ?? 'offline').toBe(isHidden ? 'offline' : shown);
            if (isHidden && believed) expect(believed.last_seen).toBeNull();
          }
          if (status === 'offline') offline += 1;
        }
      }),
      { numRuns: 250 },
    );
    // The property would hold of a world in which nobody ever leaves, too.
    expect(offline).toBeGreaterThan(100);
    expect(lost).toBeGreaterThan(25);
  });

  it('[G6] never tells a thing of somebody while they hide', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const cloud = await aCloud();
        const { world, watcher } = cloud;
        await world.set(anna, { availability: 'invisible' });
        const before = world.told(watcher).length;
        const others = steps.map((together) => together.filter((one) => one.kind !== 'set' || one.who !== 0));
        for (const together of others) await Promise.all(together.map((one) => cloud.take(one)));
        await cloud.calm();
        const ofAnna = world
          .told(watcher)
          .slice(before)
          .filter(({ user_id }) => user_id === anna);
        // At most the one state again, which a repetition tells: nothing counts what she does.
        expect(new Set(ofAnna.map((event) => JSON.stringify(event))).size).toBeLessThan(2);
        for (const event of ofAnna) expect(event).toMatchObject({ status: 'offline', last_seen: null });
      }),
      { numRuns: 100 },
    );
  });
});
