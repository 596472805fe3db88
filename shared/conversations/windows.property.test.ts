import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import { anna, ben, cleo, convoId } from '../../test/support/builders.ts';
import { comingsAndGoings, type Move, people, type Sight } from '../../test/support/comings-and-goings.ts';
import { factsOf, Replica } from '../../test/support/replica.ts';
import { wishOf } from '../../test/support/wishes.ts';
import { limits } from '../limits.ts';
import { messageView } from '../messages/message.ts';
import { readChanges } from '../messages/read-changes.ts';
import { readHistory } from '../messages/read-history.ts';
import { readPins } from '../messages/read-pins.ts';
import { readVersions } from '../messages/read-versions.ts';
import { missedEvents } from './sync.ts';
import { viewConversation } from './view-conversations.ts';

const team = convoId('team');
type World = Awaited<ReturnType<typeof comingsAndGoings>>;

const wishes = fc.array(wishOf(...people), { minLength: 1, maxLength: 5 });
const who = fc.constantFrom(ben, ben, cleo);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ move: fc.constantFrom('remove' as const, 'leave' as const), who }),
  },
  { weight: 3, arbitrary: fc.record({ move: fc.constant('add' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ move: fc.constantFrom('promote' as const, 'demote' as const), who }),
  },
  { weight: 1, arbitrary: fc.record({ title: fc.constantFrom('Team', 'Crew') }) },
  { weight: 1, arbitrary: fc.record({ topic: fc.constantFrom('boats', null) }) },
  { weight: 3, arbitrary: fc.record({ history: fc.constantFrom('all', 'joined', 'joined' as const) }) },
);
const happening = fc.oneof(
  { weight: 5, arbitrary: wishes.map((said) => ({ said })) },
  { weight: 3, arbitrary: move.map((moved) => ({ moved })) },
);
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

async function happen(world: World, one: Happening): Promise<void> {
  if ('said' in one) await world.commit(one.said);
  else await world.move(one.moved);
}

/** All pages of history, forward. */
async function pagesOf(world: World, reader: string, limit: number): Promise<MessageView[]> {
  const all: MessageView[] = [];
  for (let more = true; more; ) {
    const since_seq = all.at(-1)?.seq_no ?? 0;
    const page = await readHistory(reader, team, { since_seq, limit }, world);
    all.push(...page.messages);
    more = page.has_more;
  }
  return all;
}

/** The messages that came back as changed, and how far the log was read. */
async function changesOf(world: World, reader: string, limit: number) {
  const seqs = new Set<number>();
  let rev = 0;
  for (let more = true; more; ) {
    const page = await readChanges(reader, team, { since_rev: rev, limit }, world);
    for (const { seq_no } of page.messages) seqs.add(seq_no);
    rev = page.rev;
    more = page.has_more;
  }
  return { seqs: [...seqs].sort((a, b) => a - b), rev };
}

/** What the model says that somebody sees, by number. */
function expectedFor(world: World, { from, atLeaving }: Sight): Map<number, MessageView> {
  const now = world.messages.all(team);
  const seen = (atLeaving ?? now).filter(({ seq }) => seq > from);
  return new Map(seen.map((message) => [message.seq, messageView(message)]));
}

/** One message of somebody who left against what it was and what it is. */
async function assertAsOf(world: World, shown: MessageView, then: MessageView): Promise<void> {
  const [now] = await world.messages.many(team, [shown.seq_no]);
  if ((now?.rev ?? 0) === (then.rev ?? 0)) {
    expect(shown).toEqual(then);
    return;
  }
  expect(shown).not.toHaveProperty('reactions');
  expect(shown).not.toHaveProperty('pinned');
  expect(shown.deleted_at).toBe(now?.deletedAt);
  const former = await world.messages.versions(team, shown.seq_no);
  if (shown.deleted_at !== undefined) expect(shown.content).toBe('');
  else if (former.length < limits.versionsMax || shown.content !== '')
    expect([shown.content, shown.edited_at]).toEqual([then.content, then.edited_at]);
}

async function assertReads(world: World, reader: string, limit: number): Promise<void> {
  const sight = world.sights.get(reader);
  const first = readHistory(reader, team, {}, world);
  if (!sight) {
    await expect(first).rejects.toMatchObject({ code: 'conversation.not_found' });
    return;
  }
  const expected = expectedFor(world, sight);
  const last = sight.atLeaving ? (sight.atLeaving.at(-1)?.seq ?? 0) : world.conversation().seq;
  expect((await first).last_seq).toBe(last);

  const shown = await pagesOf(world, reader, limit);
  expect(shown.map(({ seq_no }) => seq_no)).toEqual([...expected.keys()]);
  for (const message of shown) {
    const then = expected.get(message.seq_no) ?? message;
    if (sight.atLeaving) await assertAsOf(world, message, then);
    else expect(message).toEqual(then);
  }

  const changed = [...expected.values()].filter(({ rev }) => rev !== undefined);
  const { seqs, rev } = await changesOf(world, reader, limit);
  expect(seqs).toEqual(changed.map(({ seq_no }) => seq_no));
  expect(rev).toBe((await viewConversation(reader, team, world)).rev);

  const pins = (await readPins(reader, team, world)).messages;
  expect(pins.every(({ seq_no, pinned }) => pinned && expected.get(seq_no)?.pinned)).toBe(true);
  for (let seq = 1; seq <= world.conversation().seq; seq += 1) {
    const texts = await readVersions(reader, team, seq, world).catch(({ code }) => code);
    const message = shown.find(({ seq_no }) => seq_no === seq);
    if (!message || message.deleted_at !== undefined) expect(texts).toBe('message.not_found');
    else expect(texts.versions.at(-1)?.content ?? '').toBe(message.content);
  }
}

describe('what somebody may read', () => {
  it('[V1][V2][V3][V4] is what was there while they were, in the words of then', async () => {
    const counts = { former: 0, newcomers: 0, changedSince: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 25, size: 'max' }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, limit) => {
          const world = await comingsAndGoings();
          for (const one of steps) await happen(world, one);
          for (const reader of people) await assertReads(world, reader, limit);
          for (const { from, atLeaving } of world.sights.values()) {
            counts.former += atLeaving ? 1 : 0;
            counts.newcomers += from > 0 ? 1 : 0;
            const after = new Map(world.messages.all(team).map((message) => [message.seq, message]));
            counts.changedSince += atLeaving?.some((one) => after.get(one.seq) !== one) ? 1 : 0;
          }
        },
      ),
      { numRuns: 200, seed: 71 },
    );
    // A run in which nobody leaves or nothing changes proves nothing.
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(30);
  });
});

/** A client of Ben's, and what is on its way to it. */
async function clientUnderTest() {
  const world = await comingsAndGoings(ben);
  const client = new Replica();
  const onTheirWay: ServerEvent[] = [];
  const hear = () => void onTheirWay.push(...world.news());

  const fetchRest = async (from: { sent_seq: number; sent_rev: number }) => {
    for (let since = from.sent_seq, more = true; more; ) {
      const page = await readHistory(ben, team, { since_seq: since, limit: 7 }, world);
      for (const message of page.messages) client.put(message);
      since = page.messages.at(-1)?.seq_no ?? since;
      more = page.has_more;
    }
    for (let since = from.sent_rev, more = true; more; ) {
      const page = await readChanges(ben, team, { since_rev: since, limit: 7 }, world);
      for (const message of page.messages) client.put(message);
      client.advance(page.rev);
      since = page.rev;
      more = page.has_more;
    }
  };
  const sync = async () => {
    const state = client.takeSync(await missedEvents(ben, client.cursors(team), world), team);
    // The hole is larger than a sync, or begins before what they held: they were let in again, and may see more now.
    const isWhole = !state || (!state.limited && client.seq >= state.sent_seq);
    if (!isWhole) await fetchRest({ sent_seq: client.seq, sent_rev: state.sent_rev });
  };
  const assertSame = async () => {
    const fresh = await pagesOf(world, ben, 50);
    const view = await viewConversation(ben, team, world);
    expect(client.facts).toEqual(factsOf(view));
    if (view.state === 'member') {
      expect({ messages: client.messages(), rev: client.rev }).toEqual({ messages: fresh, rev: view.rev });
      return;
    }
    const held = client.messages();
    expect(held.map(({ seq_no }) => seq_no)).toEqual(fresh.map(({ seq_no }) => seq_no));
    for (const [index, message] of fresh.entries()) {
      const gone = message.deleted_at !== undefined || message.content === '';
      if (!gone) expect(held[index]?.content).toBe(message.content);
    }
  };
  await sync();
  return { world, client, onTheirWay, hear, sync, assertSame };
}

describe('a client whose person comes and goes', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: happening },
    { weight: 5, arbitrary: fc.nat().map((deliver) => ({ deliver })) },
    { weight: 2, arbitrary: fc.nat().map((lose) => ({ lose })) },
    { weight: 1, arbitrary: fc.nat().map((twice) => ({ twice })) },
    { weight: 1, arbitrary: wishes.map((during) => ({ during })) },
  );

  it('[P5][V7] has what a fresh fetch has, whatever came late, twice, in another order or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), async (steps) => {
        const { world, client, onTheirWay, hear, sync, assertSame } = await clientUnderTest();
        for (const one of steps) {
          const at = (index: number) => index % Math.max(1, onTheirWay.length);
          if ('deliver' in one) for (const event of onTheirWay.splice(at(one.deliver), 1)) client.take(event);
          else if ('lose' in one) onTheirWay.splice(at(one.lose), 1);
          else if ('twice' in one)
            for (const event of onTheirWay.slice(at(one.twice)).slice(0, 1)) client.take(event);
          else if ('during' in one) await Promise.all([sync(), world.commit(one.during)]);
          else await happen(world, one);
          hear();
        }
        await sync();
        for (const event of onTheirWay) client.take(event);
        await assertSame();
      }),
      { numRuns: 250, seed: 72 },
    );
  });

  it('[P5][V7] reaches the same by pulling alone, when every push is lost', async () => {
    const history = fc.array(fc.oneof(happening, fc.constant('sync' as const)), {
      maxLength: 40,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const { world, sync, assertSame } = await clientUnderTest();
        for (const one of steps) await (one === 'sync' ? sync() : happen(world, one));
        await sync();
        await assertSame();
      }),
      { numRuns: 250, seed: 73 },
    );
  });

  it('would miss a new name, if it did not say which version it holds: the control', async () => {
    const { world, client, sync, assertSame } = await clientUnderTest();
    await world.move({ title: 'Crew' });
    const { seq_no, rev } = client.cursor() as { seq_no: number; rev: number };
    client.takeSync(await missedEvents(ben, { [team]: { seq_no, rev } }, world), team);
    expect(client.facts?.title).toBe('Team');
    await sync();
    await assertSame();
    expect(client.facts?.title).toBe('Crew');
  });

  it('[V2] tells a newcomer nothing of what is before their time', async () => {
    const { world, client, onTheirWay, hear, sync } = await clientUnderTest();
    await world.commit([{ kind: 'say', by: anna }]);
    await world.move({ move: 'leave', who: ben });
    await world.move({ history: 'joined' });
    hear();
    onTheirWay.length = 0;
    await world.move({ move: 'add', who: ben });
    await world.commit([{ kind: 'edit', by: anna, seq_no: 1, word: 0 }]);
    await world.commit([{ kind: 'react', by: anna, seq_no: 4, word: 0 }]);
    hear();
    expect(onTheirWay.map(({ type }) => type)).toEqual([
      'conversation.update',
      'message.create',
      'conversation.details',
      'member.update',
      'message.update',
    ]);
    await sync();
    expect(client.facts?.from_seq).toBe(3);
    expect(client.messages().map(({ seq_no }) => seq_no)).toEqual([4]);
    expect(client.cursor()).toMatchObject({ seq_no: 4, rev: 2 });
  });
});
