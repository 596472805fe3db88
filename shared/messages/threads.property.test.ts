import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anIncoming, anIncomingChange, anna, ben, cleo, convoId } from '../../test/support/builders.ts';
import {
  badNetwork,
  inDeliveries,
  readTeamInOrder,
  readTeamUnderTroubles,
  through,
  troubles,
} from '../../test/support/raced-deliveries.ts';
import { Replica } from '../../test/support/replica.ts';
import { limits } from '../limits.ts';
import type { Incoming } from './incoming.ts';
import { type Message, messageView } from './message.ts';

const team = convoId('team');
const people = [anna, ben, cleo];

/** Few ids and few roots, so that retries and long threads happen often. */
const op = fc.record({
  kind: fc.constantFrom('send', 'answer', 'answer', 'answer', 'react', 'delete', 'edit'),
  seq: fc.integer({ min: 1, max: 7 }),
  sender: fc.constantFrom(...people),
  id: fc.integer({ min: 0, max: 30 }),
});
type Op = typeof op extends fc.Arbitrary<infer O> ? O : never;

const { sizes, redelivered, dies, faults } = troubles({ faultsMax: 10 });
const world = fc.record({
  ops: fc.array(op, { minLength: 1, maxLength: 40, size: 'max' }),
  sizes,
  redelivered,
  /** What clients ask for once more, as another message of the queue. */
  retries: fc.array(fc.nat({ max: 39 }), { maxLength: 8 }),
  dies,
  faults,
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

function incoming({ kind, seq, sender, id }: Op, index: number): Incoming {
  const head = { sender_id: sender, client_msg_id: `id-${kind}-${id}` };
  const delivery = { queueMessageId: `queue-${index}` };
  switch (kind) {
    case 'send':
      return anIncoming({ ...head, content: `said as ${id}` }, delivery);
    case 'answer':
      return anIncoming({ ...head, content: `answered as ${id}`, thread: seq }, delivery);
    case 'react':
      return anIncomingChange({ kind, seq_no: seq, emoji: '👍' }, head, delivery);
    case 'edit':
      return anIncomingChange({ kind, seq_no: seq, content: `edited as ${id}` }, head, delivery);
    default:
      return anIncomingChange({ kind: 'delete', seq_no: seq }, head, delivery);
  }
}

/** Batches of the queue, some of them delivered twice; the first one lays a ground to answer to. */
function deliveriesOf({ ops, retries, ...given }: World): Incoming[][] {
  const ground = [0, 1, 2].map((n) =>
    anIncoming({ client_msg_id: `ground-${n}` }, { queueMessageId: `ground-${n}` }),
  );
  const all = [...ops, ...retries.flatMap((index) => ops[index] ?? [])];
  return inDeliveries([...ground, ...all.map(incoming)], given);
}

/** Every delivery on a processor of its own and all at once, until each has been answered. */
async function race(given: World, scheduler: fc.Scheduler) {
  const { answers, pushed, ...world } = await readTeamUnderTroubles(given, scheduler);
  const settled = await answers(deliveriesOf(given));
  return { ...world, settled, pushed: pushed() };
}

type Run = Awaited<ReturnType<typeof race>>;
const everyRun = (check: (ran: Run) => Promise<void> | void) =>
  fc.asyncProperty(world, fc.scheduler(), async (given, scheduler) => {
    await check(await race(given, scheduler));
  });

/** What a root should say of its thread, from the messages alone. */
function threadFrom(replies: readonly Message[]): Message['replies'] {
  const last = replies.at(-1);
  if (!last) return undefined;
  const latest = new Map<string, number>();
  for (const { senderId, threadSeq = 0 } of replies) {
    latest.delete(senderId);
    latest.set(senderId, threadSeq);
  }
  const writers = [...latest].slice(-limits.threadPeopleMax);
  return {
    count: replies.length,
    lastSeq: last.seq,
    lastAt: last.createdAt,
    userIds: writers.map(([userId]) => userId),
    places: writers.map(([, place]) => place),
  };
}

describe('threads under races, retries, redeliveries and failures', () => {
  it('[H1][H2] are numbered without a gap in the order of the conversation, one level deep, and their roots know them', async () => {
    await fc.assert(
      everyRun(({ messages }) => {
        const stored = messages.all(team);
        const bySeq = new Map(stored.map((message) => [message.seq, message]));
        const threads = Map.groupBy(
          stored.filter(({ thread }) => thread !== undefined),
          ({ thread }) => thread ?? 0,
        );
        for (const [root, replies] of threads) {
          expect(bySeq.get(root)?.thread).toBeUndefined();
          expect(replies.map(({ threadSeq }) => threadSeq)).toEqual(replies.map((_, index) => index + 1));
        }
        for (const message of stored) {
          expect(message.replies).toEqual(threadFrom(threads.get(message.seq) ?? []));
        }
      }),
      { numRuns: 200, seed: 20_260_501 },
    );
  });

  it('[M2] number their changes with all the others, each by one message or change', async () => {
    await fc.assert(
      everyRun(({ messages, settled, conversations }) => {
        const log = messages.log(team);
        expect(log.map(({ rev }) => rev)).toEqual(log.map((_, index) => index + 1));
        expect(conversations.counters.get(team)?.rev).toBe(log.length);
        const by = new Map<number, string>();
        for (const one of settled) {
          if (one.kind !== 'persisted') continue;
          const rev = one.rooted?.rev ?? (one.change?.effective ? one.change.rev : undefined);
          if (rev === undefined) continue;
          const { sender_id, client_msg_id } = one.incoming.accepted;
          const name = `${sender_id} ${client_msg_id}`;
          expect(by.get(rev) ?? name).toBe(name);
          by.set(rev, name);
        }
        expect(by.size).toBe(log.length);
      }),
      { numRuns: 200, seed: 20_260_502 },
    );
  });

  it('[Y7][Y8] reach a reader that loses, doubles and mixes up frames, once it asks for the rest', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.scheduler(), badNetwork, async (given, scheduler, network) => {
        const { messages, conversations, pushed } = await race(given, scheduler);
        const reader = new Replica();
        for (const event of through(network, pushed)) reader.take(event);
        for (const message of messages.all(team)) {
          const isMissed = message.seq > reader.seq || (message.rev ?? 0) > reader.rev;
          if (isMissed) reader.put(messageView(message));
        }
        reader.advance(messages.log(team).length);
        expect(reader.messages()).toEqual(messages.all(team).map(messageView));
        expect(reader.rev).toBe(conversations.counters.get(team)?.rev);
      }),
      { numRuns: 200, seed: 20_260_503 },
    );
  });

  it('[M8] reach a reader that gets every frame in order without asking for anything', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { messages, conversations, pushed } = await readTeamInOrder(deliveriesOf(given));
        const reader = new Replica();
        for (const event of pushed) reader.take(event);
        expect(reader.messages()).toEqual(messages.all(team).map(messageView));
        expect(reader.rev).toBe(conversations.counters.get(team)?.rev);
      }),
      { numRuns: 200, seed: 20_260_504 },
    );
  });

  it('are put to the test: the runs answer, answer answers, delete, repeat and are refused', async () => {
    const seen = { answers: 0, long: 0, viaAnswer: 0, deletedRoots: 0, refused: 0, duplicates: 0, again: 0 };
    await fc.assert(
      everyRun(({ messages, settled }) => {
        const stored = messages.all(team);
        const numbers = new Map<number, number>();
        seen.answers += stored.filter(({ thread }) => thread !== undefined).length;
        seen.long += stored.filter(({ replies }) => (replies?.count ?? 0) > 3).length;
        seen.deletedRoots += stored.filter(({ replies, deletedAt }) => replies && deletedAt).length;
        for (const one of settled) {
          const { accepted } = one.incoming;
          const asked = accepted.name === 'message.accepted' ? accepted.thread : undefined;
          if (one.kind === 'rejected' && asked !== undefined) seen.refused += 1;
          if (one.kind === 'duplicate' && asked !== undefined) seen.duplicates += 1;
          if (one.kind !== 'persisted' || asked === undefined) continue;
          if (one.message.thread !== asked) seen.viaAnswer += 1;
          if (numbers.has(one.message.seq)) seen.again += 1;
          numbers.set(one.message.seq, asked);
        }
      }),
      { numRuns: 60, seed: 8 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });
});
