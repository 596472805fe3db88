import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncCursor } from '../../events/client-frames.ts';
import type { MessageCreate, ServerEvent, Synced } from '../../events/server-frames.ts';
import {
  aConversation,
  aNewMessage,
  anna,
  aProfile,
  ben,
  convoId,
  membershipsOf,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryMessageStore } from '../../test/support/in-memory-message-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { besideConversations } from '../../test/support/sync-deps.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import { limits } from '../limits.ts';
import { missedEvents } from './sync.ts';

function setup() {
  const conversations = inMemoryConversationStore();
  const messages = inMemoryMessageStore(conversations);
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'));
  const put = async (name: string, count: number, members = [anna, ben]) => {
    const conversation = aConversation({ convoId: convoId(name), title: name, members });
    conversations.put(conversation, membershipsOf(conversation, members));
    const batch = Array.from({ length: count }, (_, index) =>
      aNewMessage({ convoId: convoId(name), seq: index + 1, senderId: ben }),
    );
    if (count > 0) await messages.commit(conversation, batch);
  };
  const sync = async (cursors: Record<string, number> = {}, user = anna) =>
    read(
      await missedEvents(
        user,
        Object.fromEntries(Object.entries(cursors).map(([name, seq]) => [convoId(name), seq])),
        { conversations, messages, users, ...besideConversations() },
      ),
    );
  return { put, sync, conversations };
}

/** What a client makes of the events: the numbers per conversation in the order that they came. */
function read(events: readonly ServerEvent[]) {
  const creates = events.filter((event): event is MessageCreate => event.type === 'message.create');
  const byConversation = Map.groupBy(creates, ({ convo_id }) => convo_id);
  const synced = events.at(-1) as Synced;
  return {
    events,
    synced,
    seqs: (name: string) => (byConversation.get(convoId(name)) ?? []).map(({ seq_no }) => seq_no),
    state: (name: string) => synced.conversations.find(({ convo_id }) => convo_id === convoId(name)),
    news: events.flatMap((event) => (event.type === 'conversation.update' ? [event.conversation.title] : [])),
  };
}

const edit = (seq_no: number, content: string) => ({ kind: 'edit', seq_no, content }) as const;
/** On and off, each time another change. */
const react = (seq_no: number, n: number) =>
  ({ kind: n % 2 === 1 ? 'react' : 'unreact', seq_no, emoji: '👍' }) as const;

/** One conversation with changes, and what a client of Anna's is told. */
function changing() {
  const world = timelineUnderTest();
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'));
  const stores = { ...world, users, ...besideConversations() };
  const sync = async (cursor: SyncCursor) => {
    const { events, seqs, state } = read(await missedEvents(anna, { [convoId('team')]: cursor }, stores));
    return {
      events,
      seqs: seqs('team'),
      state: state('team'),
      creates: events.filter(({ type }) => type === 'message.create'),
      updates: events.filter(({ type }) => type === 'message.update'),
    };
  };
  return { ...world, sync };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('missedEvents', () => {
  it('[Y1] sends what was missed of each conversation, in order, and then `synced`', async () => {
    const { put, sync } = setup();
    await put('one', 5);
    await put('two', 3);
    const { events, seqs, state, news, synced } = await sync({ one: 2, two: 3 });
    expect([seqs('one'), seqs('two')]).toEqual([[3, 4, 5], []]);
    expect(news).toEqual([]);
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['message.create', 'synced']);
    expect(synced.conversations).toHaveLength(2);
    expect(state('one')).toEqual({
      convo_id: convoId('one'),
      seq_no: 5,
      read_seq: 0,
      sent_seq: 5,
      rev: 0,
      sent_rev: 0,
      limited: false,
    });
    expect(state('two')).toMatchObject({ seq_no: 3, sent_seq: 3, limited: false });
  });

  it('[Y1] begins with the conversations that the client does not know', async () => {
    const { put, sync } = setup();
    await put('known', 1);
    await put('new', 2);
    const { events, news, seqs } = await sync({ known: 1 });
    expect(events[0]).toMatchObject({
      type: 'conversation.update',
      conversation: { title: 'new', seq: 2, unread: 2, members: [{ handle: 'anna' }, { handle: 'ben' }] },
    });
    expect(news).toEqual(['new']);
    expect(seqs('new')).toEqual([1, 2]);
  });

  it('[Y3] sends the messages of an unknown conversation while it has at most twenty', async () => {
    const { put, sync } = setup();
    await put('small', 20);
    await put('large', 21);
    const { seqs, state, news } = await sync();
    expect(new Set(news)).toEqual(new Set(['large', 'small']));
    expect(seqs('small')).toEqual(upTo(1, 20));
    expect(seqs('large')).toEqual([]);
    expect(state('large')).toMatchObject({ seq_no: 21, sent_seq: 0, limited: true });
  });

  it('[Y2] sends the oldest hundred of a large hole and says that there is more', async () => {
    const { put, sync } = setup();
    await put('one', 150);
    const { seqs, state } = await sync({ one: 10 });
    expect(seqs('one')).toEqual(upTo(11, 110));
    expect(state('one')).toMatchObject({ seq_no: 150, sent_seq: 110, limited: true });
  });

  it('[Y2] sends five hundred in all, the smallest holes first', async () => {
    const { put, sync } = setup();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await put(name, 100);
    await put('small', 3);
    const { seqs, state, events } = await sync({ a: 0, b: 0, c: 0, d: 0, e: 0, small: 0 });
    expect(events.filter(({ type }) => type === 'message.create')).toHaveLength(limits.syncMessagesMax);
    expect(seqs('small')).toEqual([1, 2, 3]);
    const rest = ['a', 'b', 'c', 'd', 'e'].map((name) => state(name)?.sent_seq ?? 0);
    expect(rest.toSorted((x, y) => x - y)).toEqual([97, 100, 100, 100, 100]);
  });

  it('sends only `synced` to who has everything, and to who is in no conversation', async () => {
    const { put, sync } = setup();
    await put('one', 5);
    expect((await sync({ one: 5 })).events).toHaveLength(1);
    expect((await sync({}, stranger)).events).toEqual([{ type: 'synced', conversations: [] }]);
  });

  it('[A2] says nothing of a foreign or a missing conversation that a cursor names', async () => {
    const { put, sync } = setup();
    await put('foreign', 5, [ben]);
    expect((await sync({ foreign: 0, nowhere: 3 })).events).toEqual([{ type: 'synced', conversations: [] }]);
  });

  it('does not follow a cursor beyond the last message', async () => {
    const { put, sync } = setup();
    await put('one', 5);
    expect((await sync({ one: 9 })).state('one')).toMatchObject({ seq_no: 5, sent_seq: 5, limited: false });
  });

  it('[U2] tells how far each conversation was read', async () => {
    const { put, sync, conversations } = setup();
    await put('one', 5);
    await conversations.advanceReadSeq(anna, convoId('one'), { seq: 4, atMs: 0 });
    expect((await sync({ one: 5 })).state('one')).toMatchObject({ read_seq: 4 });
    expect((await sync({ one: 5 }, ben)).state('one')).toMatchObject({ read_seq: 5 });
  });

  it('[Y6] sends what changed of the messages that the client holds, once each, in one chain', async () => {
    const { say, make, sync } = changing();
    await say(4);
    await make(edit(1, 'a'), edit(2, 'b'), edit(4, 'd'), edit(1, 'c'));
    const { updates, seqs, state } = await sync({ seq_no: 3, rev: 0 });
    expect(updates).toMatchObject([
      { prev_rev: 0, rev: 2, message: { seq_no: 2, content: 'b', rev: 2 } },
      { prev_rev: 2, rev: 4, message: { seq_no: 1, content: 'c', rev: 4 } },
    ]);
    expect(seqs).toEqual([4]);
    expect(state).toMatchObject({ seq_no: 4, sent_seq: 4, rev: 4, sent_rev: 4, limited: false });
  });

  it('[Y6] sends later messages whole, as they are now', async () => {
    const { say, make, sync } = changing();
    await say(2);
    await make(edit(2, 'better'), { kind: 'delete', seq_no: 1 });
    const { creates, updates } = await sync({ seq_no: 0, rev: 0 });
    expect(creates).toMatchObject([
      { seq_no: 1, content: '', rev: 2, deleted_at: expect.any(String) },
      { seq_no: 2, content: 'better', rev: 1, edited_at: expect.any(String) },
    ]);
    expect(updates).toEqual([]);
  });

  it('[Y5] sends no changes to who asks for none, and says that none is missing', async () => {
    const { say, make, sync } = changing();
    await say(2);
    await make(edit(1, 'a'));
    const { events, state } = await sync(2);
    expect(events.map(({ type }) => type)).toEqual(['synced']);
    expect(state).toMatchObject({ rev: 1, sent_rev: 1, limited: false });
  });

  it('[Y2] sends the oldest hundred changes, and says that there are more', async () => {
    const { say, make, sync } = changing();
    await say(1);
    for (let n = 1; n <= 60; n += 1) await make(edit(1, `edit ${n}`), react(1, n));
    const { updates, state } = await sync({ seq_no: 1, rev: 5 });
    expect(updates).toMatchObject([{ prev_rev: 5, rev: 105, message: { content: 'edit 60', rev: 120 } }]);
    expect(state).toMatchObject({ sent_seq: 1, rev: 120, sent_rev: 105, limited: true });
    expect((await sync({ seq_no: 1, rev: 105 })).state).toMatchObject({ sent_rev: 120, limited: false });
  });

  it('does not follow a change number beyond the last change', async () => {
    const { say, make, sync } = changing();
    await say(1);
    await make(edit(1, 'a'));
    const { updates, state } = await sync({ seq_no: 1, rev: 9 });
    expect(updates).toEqual([]);
    expect(state).toMatchObject({ rev: 1, sent_rev: 1, limited: false });
  });

  it('leaves out a membership whose conversation was never finished', async () => {
    const { put, sync, conversations } = setup();
    await put('half', 0);
    conversations.counters.delete(convoId('half'));
    expect((await sync()).events).toEqual([{ type: 'synced', conversations: [] }]);
  });

  it('[P5] leaves no hole up to sent_seq, whatever the cursors', async () => {
    const names = ['a', 'b', 'c', 'd'] as const;
    const world = fc.record({
      sizes: fc.array(fc.integer({ min: 0, max: 220 }), { minLength: 4, maxLength: 4 }),
      cursors: fc.array(fc.option(fc.integer({ min: 0, max: 240 }), { nil: undefined }), {
        minLength: 4,
        maxLength: 4,
      }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ sizes, cursors }) => {
        const { put, sync } = setup();
        for (const [index, name] of names.entries()) await put(name, sizes[index] ?? 0);
        const given = Object.fromEntries(
          names.flatMap((name, index) => (cursors[index] === undefined ? [] : [[name, cursors[index]]])),
        );
        const { seqs, state, events } = await sync(given);
        expect(events.length).toBeLessThanOrEqual(limits.syncMessagesMax + names.length + 1);
        for (const name of names) {
          const { sent_seq: sent = -1, seq_no: last = 0, limited } = state(name) ?? {};
          const held = Math.min(given[name] ?? 0, last);
          expect(seqs(name)).toEqual(upTo(held + 1, sent));
          expect(limited).toBe(sent < last);
        }
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});
