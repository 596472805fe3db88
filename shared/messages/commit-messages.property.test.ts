import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anIncoming, anna, ben, cleo, convoId } from '../../test/support/builders.ts';
import { inDeliveries, processorUnderTroubles, troubles } from '../../test/support/raced-deliveries.ts';

const team = convoId('team');
const people = [anna, ben, cleo];

/** A frame of a client: few ids and few texts, so that retries and misuses of an id happen often. */
const frame = fc.record({
  sender: fc.constantFrom(...people),
  id: fc.integer({ min: 1, max: 12 }),
  text: fc.constantFrom('one', 'one', 'one', 'two'),
});

const world = fc.record({
  frames: fc.array(frame, { minLength: 1, maxLength: 40, size: 'max' }),
  ...troubles({ faultsMax: 12 }),
});

type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

/** Runs every delivery on a processor of its own, all at once, until each has been answered. */
async function run(given: World, scheduler: fc.Scheduler, { dedupes = true } = {}) {
  const { messages, answers } = processorUnderTroubles(given, scheduler, { dedupes });
  const queue = given.frames.map(({ sender, id, text }, index) =>
    anIncoming(
      { sender_id: sender, client_msg_id: `id-${id}`, content: text },
      { queueMessageId: `queue-${index}` },
    ),
  );
  const settled = await answers(inDeliveries(queue, given));
  return { settled, stored: messages.all(team) };
}

function check(given: World, { settled, stored }: Awaited<ReturnType<typeof run>>) {
  // [P3] 1, 2, 3, … without gap or reuse, whatever failed and whoever raced.
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));

  // Each (sender, client_msg_id) that anybody sent is stored exactly once.
  const key = (sender: string, id: string) => `${sender} ${id}`;
  const byKey = new Map(stored.map((message) => [key(message.senderId, message.clientMsgId), message]));
  expect(byKey.size).toBe(stored.length);
  expect(new Set(byKey.keys())).toEqual(
    new Set(given.frames.map(({ sender, id }) => key(sender, `id-${id}`))),
  );

  // Every answer names that one place, and only another text is refused.
  for (const one of settled) {
    const { sender_id, client_msg_id } = one.incoming.accepted;
    const content = 'content' in one.incoming.accepted && one.incoming.accepted.content;
    const message = byKey.get(key(sender_id, client_msg_id));
    if (one.kind === 'rejected') {
      expect(one.code).toBe('message.id_reused');
      expect(message?.content).not.toBe(content);
    } else if (one.kind === 'persisted' || one.kind === 'duplicate') {
      expect(message?.content).toBe(content);
      const place = one.kind === 'persisted' ? one.message : one.place;
      expect({ seq: place.seq, id: place.serverMsgId }).toEqual({
        seq: message?.seq,
        id: message?.serverMsgId,
      });
    }
  }

  // Whoever is told `persisted` would be announced: all of them together announce every message, each alike.
  const announced = settled.flatMap((one) => (one.kind === 'persisted' ? [one.message] : []));
  for (const message of announced) expect(message).toMatchObject(stored[message.seq - 1] ?? {});
  expect(new Set(announced.map(({ seq }) => seq)).size).toBe(stored.length);
}

describe('commitMessages under races, retries, redeliveries and failures', () => {
  it('[P1][P2][P3][P4] stores every accepted message exactly once, numbered without gap, in one order for all', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.scheduler(), async (given, scheduler) => {
        check(given, await run(given, scheduler));
      }),
      { numRuns: 400, seed: 20_260_301 },
    );
  });

  it('is put to the test: without the dedupe rows the same runs store messages twice', async () => {
    let doubled = 0;
    await fc.assert(
      fc.asyncProperty(world, fc.scheduler(), async (given, scheduler) => {
        const { stored } = await run(given, scheduler, { dedupes: false });
        const sent = new Set(given.frames.map(({ sender, id }) => `${sender} ${id}`));
        if (stored.length > sent.size) doubled += 1;
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(doubled).toBeGreaterThan(30);
  });

  it('is put to the test: the runs do race, time out, repeat and misuse ids', async () => {
    const seen = { timedOut: 0, duplicate: 0, rejected: 0 };
    await fc.assert(
      fc.asyncProperty(world, fc.scheduler(), async (given, scheduler) => {
        const { settled } = await run(given, scheduler);
        seen.duplicate += settled.filter(({ kind }) => kind === 'duplicate').length;
        seen.rejected += settled.filter(({ kind }) => kind === 'rejected').length;
        if (given.faults.includes('timed out after success')) seen.timedOut += 1;
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(15);
  });
});
