import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anna, aRecord, ben, convoId, sessionId } from '../../test/support/builders.ts';
import { inMemoryProcessor } from '../../test/support/in-memory-processor.ts';
import { type GroupRecord, processGroup } from './process-group.ts';

const team = convoId('team');

/** Two clients send ten numbered messages each; a frame may overtake up to three that were sent before it. */
const world = fc.record({
  delays: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 20, maxLength: 20 }),
  batchSizes: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 5, maxLength: 5 }),
  /** How many frames arrive between two receives. */
  arrivals: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 5, maxLength: 5 }),
  throttles: fc.array(fc.boolean(), { maxLength: 4 }),
});

type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

function arrivingOrder({ delays }: World): GroupRecord[] {
  return delays
    .map((delay, index) => {
      const [client, sender] = index % 2 === 0 ? ['x', anna] : ['y', ben];
      const client_seq = Math.floor(index / 2) + 1;
      const record = aRecord({
        sender_id: sender,
        session_id: sessionId(client),
        client_seq,
        client_msg_id: `${client}${client_seq}`,
      });
      return { record, at: index + delay * 2 };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record);
}

/** One FIFO group: what fails keeps its place at the front, and counts its receives. */
async function run(given: World) {
  const deps = { ...inMemoryProcessor(), maxReceiveCount: 10 };
  deps.messages.fail(...given.throttles.map((throttled) => (throttled ? 'throttled' : undefined)));
  const onTheirWay = arrivingOrder(given);
  let queue: GroupRecord[] = [];
  for (let round = 0; queue.length > 0 || onTheirWay.length > 0; round += 1) {
    if (round > 200) throw new Error('the queue does not drain');
    queue.push(...onTheirWay.splice(0, given.arrivals[round % given.arrivals.length]));
    const batch = queue.slice(0, given.batchSizes[round % given.batchSizes.length]);
    const { failed } = await processGroup(batch, deps);
    const failedIds = new Set(failed.map(({ messageId }) => messageId));
    queue = queue
      .filter((record) => !batch.includes(record) || failedIds.has(record.messageId))
      .map((record) =>
        failedIds.has(record.messageId) ? { ...record, receiveCount: record.receiveCount + 1 } : record,
      );
  }
  return { stored: deps.messages.all(team), parked: deps.queue.parked };
}

describe('a group of the queue, received until it is empty', () => {
  it('[P1][P2] loses nothing and doubles nothing, whatever arrives when', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { stored, parked } = await run(given);
        expect(parked).toEqual([]);
        expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
        expect(new Set(stored.map(({ clientMsgId }) => clientMsgId)).size).toBe(20);
      }),
      { numRuns: 100, seed: 21 },
    );
  });

  it("[P6] keeps each client's order, however its frames overtook each other", async () => {
    const inTime = world.map((given) => ({ ...given, batchSizes: [10], throttles: [] }));
    await fc.assert(
      fc.asyncProperty(inTime, async (given) => {
        const { stored } = await run(given);
        for (const client of ['x', 'y']) {
          const numbers = stored
            .filter(({ clientMsgId }) => clientMsgId.startsWith(client))
            .map(({ clientMsgId }) => Number(clientMsgId.slice(1)));
          expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        }
      }),
      { numRuns: 100, seed: 22 },
    );
  });
});
