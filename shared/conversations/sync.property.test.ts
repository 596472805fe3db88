import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { aConnection, anna, aProfile, ben, convoId } from '../../test/support/builders.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { Replica } from '../../test/support/replica.ts';
import { besideConversations } from '../../test/support/sync-deps.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import { changeOf, type Wish, wishOf } from '../../test/support/wishes.ts';
import { announceMessages } from '../messages/announce-messages.ts';
import type { Incoming } from '../messages/incoming.ts';
import { readChanges } from '../messages/read-changes.ts';
import { readHistory } from '../messages/read-history.ts';
import { missedEvents } from './sync.ts';

const team = convoId('team');

const wish = wishOf(anna, ben);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.array(wish, { minLength: 1, maxLength: 6 }).map((wishes) => ({ wishes })) },
  { weight: 6, arbitrary: fc.nat().map((deliver) => ({ deliver })) },
  { weight: 2, arbitrary: fc.nat().map((lose) => ({ lose })) },
  { weight: 1, arbitrary: fc.nat().map((twice) => ({ twice })) },
  { weight: 2, arbitrary: fc.array(wish, { maxLength: 4 }).map((during) => ({ during })) },
);

/** A server, a client of Ben's, and what is on its way between them. */
async function setup() {
  const world = timelineUnderTest();
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'));
  const stores = { ...world, users, ...besideConversations() };
  const connection = aConnection(ben);
  await world.connections.open(connection);
  const client = new Replica();
  const onTheirWay: ServerEvent[] = [];
  let last: Incoming | undefined;

  const incomingOf = (wanted: Wish): Incoming => {
    if (wanted.kind === 'again') return { ...(last ?? world.message()), queueMessageId: 'a retry' };
    if (!('seq_no' in wanted)) return world.message({ sender_id: wanted.by, content: 'said' });
    return world.change(changeOf(wanted), wanted.by);
  };
  const commit = async (wishes: readonly Wish[]) => {
    const batch = wishes.map(incomingOf);
    last = batch.at(-1) ?? last;
    if (batch.length === 0) return;
    const seen = world.gateway.events(connection.connectionId).length;
    await announceMessages(await world.commit(...batch), world);
    onTheirWay.push(...world.gateway.events(connection.connectionId).slice(seen));
  };
  const sync = async () =>
    client.takeSync(await missedEvents(ben, { [team]: client.cursor() }, stores), team);

  /** What HTTP has of what a sync was too short for. */
  const fetchRest = async (from: { sent_seq: number; sent_rev: number }, limit: number) => {
    for (let since = from.sent_seq, more = true; more; ) {
      const page = await readHistory(ben, team, { since_seq: since, limit }, world);
      for (const message of page.messages) client.put(message);
      since = page.messages.at(-1)?.seq_no ?? since;
      more = page.has_more;
    }
    for (let since = from.sent_rev, more = true; more; ) {
      const page = await readChanges(ben, team, { since_rev: since, limit }, world);
      for (const message of page.messages) client.put(message);
      client.advance(page.rev);
      since = page.rev;
      more = page.has_more;
    }
  };
  const fresh = async () => {
    const { messages } = await readHistory(ben, team, { since_seq: 0, limit: 200 }, world);
    return { messages, rev: world.conversations.counters.get(team)?.rev };
  };
  return { client, commit, sync, onTheirWay, fetchRest, fresh };
}

describe('a client that merges what it is told', () => {
  it('[P5][Y8] has what a fresh fetch has, whatever came late, twice, in another order or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const { client, commit, sync, onTheirWay, fresh } = await setup();
        for (const one of steps) {
          const at = (index: number) => index % Math.max(1, onTheirWay.length);
          if ('wishes' in one) await commit(one.wishes);
          if ('deliver' in one) for (const event of onTheirWay.splice(at(one.deliver), 1)) client.take(event);
          if ('lose' in one) onTheirWay.splice(at(one.lose), 1);
          if ('twice' in one)
            for (const event of onTheirWay.slice(at(one.twice)).slice(0, 1)) client.take(event);
          if ('during' in one) await Promise.all([sync(), commit(one.during)]);
        }
        const missed = await sync();
        expect(missed).toMatchObject({ limited: false });
        for (const event of onTheirWay) client.take(event);
        expect({ messages: client.messages(), rev: client.rev }).toEqual(await fresh());
      }),
      { numRuns: 300, seed: 41 },
    );
  });

  it('[P5][Y7] reaches the same over HTTP alone, whatever the page size', async () => {
    const batch = fc.array(wish, { minLength: 1, maxLength: 6 });
    const history = fc.array(batch, { maxLength: 10, size: 'max' });
    await fc.assert(
      fc.asyncProperty(history, history, fc.integer({ min: 1, max: 7 }), async (before, after, limit) => {
        const { client, commit, fetchRest, fresh } = await setup();
        for (const batch of before) await commit(batch);
        await fetchRest({ sent_seq: 0, sent_rev: 0 }, limit);
        expect({ messages: client.messages(), rev: client.rev }).toEqual(await fresh());
        for (const batch of after) await commit(batch);
        await fetchRest({ sent_seq: client.seq, sent_rev: client.rev }, limit);
        expect({ messages: client.messages(), rev: client.rev }).toEqual(await fresh());
      }),
      { numRuns: 150, seed: 42 },
    );
  });

  it('would not, if it took every update for the next one: the control', async () => {
    const { client, commit, onTheirWay, sync, fresh } = await setup();
    await commit([{ kind: 'say', by: anna }]);
    await sync();
    onTheirWay.length = 0;
    await commit([{ kind: 'edit', by: anna, seq_no: 1, word: 0 }]);
    onTheirWay.length = 0;
    await commit([{ kind: 'say', by: anna }]);
    await commit([{ kind: 'react', by: ben, seq_no: 2, word: 1 }]);
    for (const event of onTheirWay) if (event.type === 'message.update') client.advance(event.rev);
    await sync();
    expect(client.messages()).not.toEqual((await fresh()).messages);
  });
});
