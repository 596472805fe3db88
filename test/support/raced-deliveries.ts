/** Deliveries of the message queue that race each other, come twice and fail, and a reader who is told what comes of them. */
import fc from 'fast-check';
import { cachedRoster } from '../../shared/conversations/roster.ts';
import { announceMessages } from '../../shared/messages/announce-messages.ts';
import { type CommittedBatch, commitMessages, type Settled } from '../../shared/messages/commit-messages.ts';
import type { Incoming } from '../../shared/messages/incoming.ts';
import { aConnection, anna, ben, cleo, convoId, instantBackoff } from './builders.ts';
import type { CommitFault } from './in-memory-message-store.ts';
import { inMemoryProcessor } from './in-memory-processor.ts';

const team = convoId('team');
const people = [anna, ben, cleo];

const eight = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 8, maxLength: 8 });
const fault = fc.option(fc.constantFrom<CommitFault>('throttled', 'timed out after success'), {
  nil: undefined,
  freq: 2,
});

/** What may go wrong on the way of the messages; each list starts anew when it is at its end. */
export const troubles = (options: { readonly faultsMax: number }) => ({
  /** How many queue messages each delivery carries. */
  sizes: eight(fc.integer({ min: 1, max: 10 })),
  /** Which deliveries the queue makes a second time, while the first may still run. */
  redelivered: eight(fc.boolean()),
  /** Whose process dies after the commit and before it could tell anybody. */
  dies: eight(fc.boolean()),
  faults: fc.array(fault, { maxLength: options.faultsMax }),
});

interface Troubles {
  readonly sizes: readonly number[];
  readonly redelivered: readonly boolean[];
  readonly dies: readonly boolean[];
  readonly faults: readonly (CommitFault | undefined)[];
}

/** In deliveries of several queue messages, some of them made twice. */
export function inDeliveries(
  messages: readonly Incoming[],
  { sizes, redelivered }: Pick<Troubles, 'sizes' | 'redelivered'>,
): Incoming[][] {
  const queue = [...messages];
  const deliveries: Incoming[][] = [];
  for (let index = 0; queue.length > 0; index += 1) {
    const batch = queue.splice(0, sizes[index % sizes.length]);
    deliveries.push(batch);
    if (redelivered[index % redelivered.length]) deliveries.push(batch);
  }
  return deliveries;
}

/** What answers the deliveries: each in a process of its own, all at once, until it has been answered. */
export function processorUnderTroubles(
  { dies, faults }: Pick<Troubles, 'dies' | 'faults'>,
  scheduler: fc.Scheduler,
  options: Parameters<typeof inMemoryProcessor>[0] = {},
) {
  const pause = () => scheduler.schedule(Promise.resolve());
  const shared = inMemoryProcessor({ members: people, pause, ...options });
  shared.messages.fail(...faults);

  return {
    ...shared,
    /** @param tell what a process does with a commit that it survived. */
    answers: async (
      deliveries: readonly Incoming[][],
      tell: (committed: CommittedBatch) => Promise<unknown> = async () => undefined,
    ): Promise<Settled[]> => {
      const answer = async (batch: Incoming[], index: number): Promise<readonly Settled[]> => {
        // What lives in a process of its own; the tables are the same for all.
        const deps = { ...shared, roster: cachedRoster(shared.conversations), backoff: instantBackoff() };
        let isDying = dies[index % dies.length];
        for (;;) {
          const committed = await commitMessages(team, batch, deps).catch(() => undefined);
          if (committed && !isDying) {
            await tell(committed);
            return committed.settled;
          }
          isDying = false;
        }
      };
      return (await scheduler.waitFor(Promise.all(deliveries.map(answer)))).flat();
    },
  };
}

/** The same for Anna's team, where Cleo reads what is announced. */
export async function readTeamUnderTroubles(
  given: Pick<Troubles, 'dies' | 'faults'>,
  scheduler: fc.Scheduler,
) {
  const world = processorUnderTroubles(given, scheduler, { owner: anna });
  await world.connections.open(aConnection(cleo, 'reader'));
  return {
    ...world,
    answers: (deliveries: readonly Incoming[][]) =>
      world.answers(deliveries, (committed) => announceMessages(committed, world)),
    pushed: () => world.gateway.events('reader'),
  };
}

/** One delivery after the other, and nothing fails. */
export async function readTeamInOrder(deliveries: readonly Incoming[][]) {
  const deps = inMemoryProcessor({ members: people, owner: anna });
  await deps.connections.open(aConnection(cleo, 'reader'));
  for (const batch of deliveries) await announceMessages(await commitMessages(team, batch, deps), deps);
  return { ...deps, pushed: deps.gateway.events('reader') };
}

/** How frames may reach a reader. */
export const badNetwork = fc.record({
  mix: fc.infiniteStream(fc.nat()),
  lost: fc.infiniteStream(fc.boolean()),
});

/** Everything twice, mixed up, and without what was lost. */
export function through<E>(
  { mix, lost }: typeof badNetwork extends fc.Arbitrary<infer N> ? N : never,
  pushed: readonly E[],
): E[] {
  return [...pushed, ...pushed]
    .map((event) => ({ event, at: mix.next().value }))
    .filter(() => !lost.next().value)
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}
