import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../events/change-accepted.ts';
import {
  aMessage,
  anIncoming,
  anIncomingChange,
  anna,
  ben,
  cleo,
  convoId,
} from '../../test/support/builders.ts';
import {
  badNetwork,
  inDeliveries,
  readTeamInOrder,
  readTeamUnderTroubles,
  through,
  troubles,
} from '../../test/support/raced-deliveries.ts';
import { Replica } from '../../test/support/replica.ts';
import type { Settled } from './commit-messages.ts';
import type { Incoming } from './incoming.ts';
import { messageCreate, messageUpdate, messageView } from './message.ts';
import type { MessageStore } from './message-store.ts';

const team = convoId('team');
const people = [anna, ben, cleo];
const opCount = 16;
const seqMax = 6;

/** What somebody may ask for; the text says where it came from, so that it can be looked for. */
const op = fc.record({
  kind: fc.constantFrom('send', 'send', 'edit', 'edit', 'delete', 'react', 'unreact', 'pin', 'unpin'),
  seq: fc.integer({ min: 1, max: seqMax }),
  emoji: fc.constantFrom('👍', '🎉'),
});
type Op = typeof op extends fc.Arbitrary<infer O> ? O : never;

/** Few ids, so that retries happen often; and now and then something else under an id that was used. */
const frame = fc.record({
  sender: fc.constantFrom(...people),
  id: fc.integer({ min: 0, max: opCount - 1 }),
  misuse: fc.constantFrom(0, 0, 0, 0, 1),
});

type Frame = typeof frame extends fc.Arbitrary<infer F> ? F : never;

const { sizes, redelivered, dies, faults } = troubles({ faultsMax: 12 });
const world = fc.record({
  ops: fc.array(op, { minLength: opCount, maxLength: opCount }),
  /** What happens before a reader first looks, and after. */
  before: fc.array(frame, { maxLength: 25, size: 'max' }),
  after: fc.array(frame, { minLength: 1, maxLength: 25, size: 'max' }),
  sizes,
  redelivered,
  /** Which deliveries of the first part the queue makes once more in the second. */
  late: redelivered,
  dies,
  faults,
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

function incoming(ops: readonly Op[], { sender, id, misuse }: Frame, name: string): Incoming {
  const { kind, seq, emoji } = ops[(id + misuse) % ops.length] ?? { kind: 'send', seq: 1, emoji: '👍' };
  const head = { sender_id: sender, client_msg_id: `id-${id}` };
  const delivery = { queueMessageId: `queue-${name}` };
  if (kind === 'send') return anIncoming({ ...head, content: textOfSend(sender, `id-${id}`) }, delivery);
  return anIncomingChange(changeOf(kind, seq, emoji, id), head, delivery);
}

const textOfSend = (sender: string, id: string) => `<said by ${sender} as ${id}>`;
const textOfEdit = (seq: number) => `<edit of ${seq} `;

function changeOf(kind: string, seq_no: number, emoji: string, id: number): MessageChange {
  switch (kind) {
    case 'edit':
      return { kind, seq_no, content: `${textOfEdit(seq_no)}by ${id}>` };
    case 'react':
    case 'unreact':
      return { kind, seq_no, emoji };
    case 'pin':
    case 'unpin':
    case 'delete':
      return { kind, seq_no };
    default:
      throw new Error(`no change is called ${kind}`);
  }
}

function deliveriesOf(given: World, frames: readonly Frame[], name: string): Incoming[][] {
  const queue = frames.map((sent, index) => incoming(given.ops, sent, `${name}${index}`));
  return inDeliveries(queue, given);
}

/** Runs every delivery on a processor of its own, all of one part at once, until each has been answered. */
async function run(given: World, scheduler: fc.Scheduler) {
  const { answers, pushed, ...world } = await readTeamUnderTroubles(given, scheduler);
  const first = deliveriesOf(given, given.before, 'first-');
  const settled = await answers(first);
  const early = new Replica();
  await scheduler.waitFor(pull(early, world.messages));
  const again = first.filter((_, index) => given.late[index % given.late.length]);
  settled.push(...(await answers([...deliveriesOf(given, given.after, 'second-'), ...again])));
  return { ...world, settled, early, pushed: pushed() };
}

/** What a client asks for that missed something: everything that changed since its number, and later messages. */
async function pull(client: Replica, store: Pick<MessageStore, 'range' | 'many' | 'changedSince'>) {
  for (let hasMore = true; hasMore; ) {
    const page = await store.changedSince(team, client.rev, 2);
    for (const message of await store.many(team, page.seqs)) client.put(messageView(message));
    client.advance(page.rev);
    hasMore = page.hasMore;
  }
  for (const message of await store.range(team, client.seq + 1, 1_000)) client.put(messageView(message));
}

/** One delivery after the other, and nothing fails but that some come twice. */
const runInOrder = (given: World) =>
  readTeamInOrder(deliveriesOf(given, [...given.before, ...given.after], 'message-'));

type Run = Awaited<ReturnType<typeof run>>;

const everyRun = (check: (given: World, ran: Run, scheduler: fc.Scheduler) => Promise<void> | void) =>
  fc.asyncProperty(world, fc.scheduler(), async (given, scheduler) => {
    await check(given, await run(given, scheduler), scheduler);
  });

describe('changes under races, retries, redeliveries and failures', () => {
  it('[M2] are numbered without a gap, and each number points at a message that is there', async () => {
    await fc.assert(
      everyRun((_, { messages, conversations }) => {
        const stored = messages.all(team);
        const log = messages.log(team);
        expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_one, index) => index + 1));
        expect(log.map(({ rev }) => rev)).toEqual(log.map((_one, index) => index + 1));
        expect(conversations.counters.get(team)).toMatchObject({ seq: stored.length, rev: log.length });
        // Each message carries the number of its last change, and none that never changed carries one.
        const last = new Map(log.map(({ rev, seq }) => [seq, rev] as const));
        expect(stored.map(({ seq, rev }) => [seq, rev])).toEqual(
          stored.map(({ seq }) => [seq, last.get(seq)]),
        );
        const pinned = stored.filter((message) => message.pinned).map(({ seq }) => seq);
        expect((conversations.pinned.get(team) ?? []).toSorted((a, b) => a - b)).toEqual(pinned);
      }),
      { numRuns: 250, seed: 20_260_401 },
    );
  });

  it('[M1] have one effect per client_msg_id, for ever, and every answer names it', async () => {
    await fc.assert(
      everyRun((_, { settled, messages }) => {
        const places = new Map<string, string>();
        const effects = new Set<string>();
        for (const one of settled) {
          if (one.kind !== 'persisted' && one.kind !== 'duplicate') continue;
          const { sender_id, client_msg_id } = one.incoming.accepted;
          const key = `${sender_id} ${client_msg_id}`;
          const place = one.kind === 'persisted' ? one.message : one.place;
          const said = JSON.stringify([place.seq, place.serverMsgId, one.change]);
          expect(places.get(key) ?? said).toBe(said);
          places.set(key, said);
          if (one.change?.effective) effects.add(key);
        }
        expect(effects.size).toBe(messages.log(team).length);
        expect(places.size).toBeGreaterThanOrEqual(effects.size + messages.all(team).length);
      }),
      { numRuns: 250, seed: 20_260_402 },
    );
  });

  it('[Y7][Y8] reach a reader that loses, doubles and mixes up frames, once it asks for the rest', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.scheduler(), badNetwork, async (given, scheduler, network) => {
        const { messages, conversations, early, pushed } = await run(given, scheduler);
        const fresh = messages.all(team).map(messageView);
        const received = through(network, pushed);
        for (const reader of [early, new Replica()]) {
          for (const event of received) reader.take(event);
          await scheduler.waitFor(pull(reader, messages));
          expect(reader.messages()).toEqual(fresh);
          expect(reader.rev).toBe(conversations.counters.get(team)?.rev);
        }
      }),
      { numRuns: 250, seed: 20_260_403 },
    );
  });

  it('would not, if it ignored the update of a message that it does not hold yet: the control', () => {
    const [old, edited] = [aMessage({ content: 'old' }), aMessage({ content: 'new', rev: 1 })];
    const events = [messageUpdate(edited, 0, 1), messageCreate(old)] as const;
    const [keeps, ignores] = [new Replica(), new Replica()];
    for (const event of events) keeps.take(event);
    ignores.advance(events[0].rev);
    ignores.take(events[1]);
    // Both believe that they have every change, and ask for none.
    expect([keeps.rev, ignores.rev]).toEqual([1, 1]);
    expect(keeps.messages()).toEqual([messageView(edited)]);
    expect(ignores.messages()).not.toEqual([messageView(edited)]);
  });

  it('[M8][Y8] reach a reader that gets every frame in order without asking for anything', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { messages, conversations, pushed } = await runInOrder(given);
        const reader = new Replica();
        for (const event of pushed) reader.take(event);
        expect(reader.messages()).toEqual(messages.all(team).map(messageView));
        expect(reader.rev).toBe(conversations.counters.get(team)?.rev);
      }),
      { numRuns: 100, seed: 20_260_404 },
    );
  });

  it('[M6] leave nothing of what a deleted message ever said, in no table', async () => {
    let deleted = 0;
    await fc.assert(
      everyRun((_, { messages }) => {
        const kept = messages.everything();
        for (const message of messages.all(team).filter(({ deletedAt }) => deletedAt !== undefined)) {
          deleted += 1;
          expect(kept).not.toContain(textOfEdit(message.seq));
          expect(kept).not.toContain(textOfSend(message.senderId, message.clientMsgId));
        }
      }),
      { numRuns: 250, seed: 20_260_405 },
    );
    expect(deleted).toBeGreaterThan(100);
  });

  it('are put to the test: the runs do race, change, repeat, misuse ids and are refused', async () => {
    const seen = { effective: 0, idle: 0, duplicate: 0, reused: 0, forbidden: 0, missing: 0, behind: 0 };
    await fc.assert(
      everyRun((_, { settled, messages, pushed }) => {
        const count = (test: (one: Settled) => boolean) => settled.filter(test).length;
        const rejected = (code: string) => count((one) => one.kind === 'rejected' && one.code === code);
        seen.effective += messages.log(team).length;
        seen.idle += count((one) => one.kind === 'persisted' && one.change?.effective === false);
        seen.duplicate += count(({ kind }) => kind === 'duplicate');
        seen.reused += rejected('message.id_reused');
        seen.forbidden += rejected('message.forbidden');
        seen.missing += rejected('message.not_found');
        const reader = new Replica();
        for (const event of pushed) reader.take(event);
        if (reader.rev < messages.log(team).length) seen.behind += 1;
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });
});
