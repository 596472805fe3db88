/** What a sync says of conversations that somebody left, came to later or holds in an older state, and beside them. */
import { describe, expect, it } from 'vitest';
import type { SyncCursor } from '../../events/client-frames.ts';
import type { InviteView, ServerEvent, Synced, SystemNotice } from '../../events/server-frames.ts';
import {
  aConversation,
  aLeaving,
  aNewMessage,
  anna,
  aProfile,
  ben,
  convoId,
  membershipsOf,
  startMs,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryMessageStore } from '../../test/support/in-memory-message-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { besideConversations } from '../../test/support/sync-deps.ts';
import type { Conversation, Membership } from './conversation.ts';
import { missedEvents } from './sync.ts';

/** Anna's client; `put` makes a conversation with so many messages of Ben's. */
function setup(beside: Parameters<typeof besideConversations>[0] = {}) {
  const conversations = inMemoryConversationStore();
  const messages = inMemoryMessageStore(conversations);
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'));
  const put = async (name: string, count: number, given: Partial<Conversation> = {}) => {
    const conversation = aConversation({ convoId: convoId(name), title: name, ...given });
    conversations.put(conversation, membershipsOf(conversation, [anna, ben]));
    for (let from = 1; from <= count; from += 10) {
      const batch = Array.from({ length: Math.min(10, count - from + 1) }, (_, index) =>
        aNewMessage({ convoId: convoId(name), seq: from + index, senderId: ben }),
      );
      await messages.commit(conversations.counters.get(convoId(name)) ?? conversation, batch);
    }
  };
  const standing = (name: string, more: Partial<Membership>) => {
    const key = `${anna} ${convoId(name)}`;
    const membership = conversations.standingsByKey.get(key);
    if (membership) conversations.standingsByKey.set(key, { ...membership, ...more });
  };
  const reads: string[] = [];
  const counted = {
    ...conversations,
    async getMany(ids: readonly string[]) {
      reads.push(`conversations ${ids.length}`);
      return await conversations.getMany(ids);
    },
    async standings(...given: Parameters<typeof conversations.standings>) {
      reads.push('standings');
      return await conversations.standings(...given);
    },
  };
  const deps = { conversations: counted, messages, users, ...besideConversations(beside) };
  const sync = async (cursors: Record<string, SyncCursor> = {}) => {
    const named = Object.entries(cursors).map(([name, cursor]) => [convoId(name), cursor]);
    return read(await missedEvents(anna, Object.fromEntries(named), deps));
  };
  return { put, standing, sync, reads };
}

function read(events: readonly ServerEvent[]) {
  const synced = events.at(-1) as Synced;
  return {
    events,
    types: events.map(({ type }) => type),
    seqs: events.flatMap((event) => (event.type === 'message.create' ? [event.seq_no] : [])),
    views: events.flatMap((event) => (event.type === 'conversation.update' ? [event.conversation] : [])),
    state: (name: string) => synced.conversations.find(({ convo_id }) => convo_id === convoId(name)),
  };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a conversation that somebody left', () => {
  const left = aLeaving({ state: 'removed', seq: 7, rev: 0, version: 2 });
  const world = async (messages = 9) => {
    const made = setup();
    await made.put('team', messages, { membersVersion: 5 });
    made.standing('team', { left });
    return made;
  };

  it('[V5] is shown to a client that names it, with what was theirs, and no further', async () => {
    const { sync } = await world();
    const { views, seqs, state, types } = await sync({ team: { seq_no: 5, rev: 0, version: 1 } });
    expect(views).toMatchObject([{ state: 'removed', seq: 7, version: 2, members: [], capabilities: [] }]);
    expect(seqs).toEqual([6, 7]);
    expect(types[0]).toBe('conversation.update');
    expect(state('team')).toEqual({
      convo_id: convoId('team'),
      seq_no: 7,
      sent_seq: 7,
      read_seq: 0,
      rev: 0,
      sent_rev: 0,
      limited: false,
    });
  });

  it('[V5] is not shown again to a client that knows, whatever became of it since', async () => {
    const { sync } = await world();
    expect((await sync({ team: { seq_no: 7, rev: 0, version: 2 } })).types).toEqual(['synced']);
    expect((await sync({ team: { seq_no: 99, rev: 99, version: 2 } })).state('team')).toMatchObject({
      sent_seq: 7,
      sent_rev: 0,
    });
  });

  it('[V5] is shown each time to a client that does not say what it knows', async () => {
    const { sync } = await world();
    expect((await sync({ team: 7 })).views).toMatchObject([{ state: 'removed' }]);
  });

  it('[V5] is not mentioned to a client that does not name it', async () => {
    const { sync, reads } = await world();
    expect((await sync()).events).toEqual([{ type: 'synced', conversations: [] }]);
    expect(reads).toEqual(['standings']);
  });

  it('[Y2] is bounded as every other one', async () => {
    const { put, standing, sync } = setup();
    await put('team', 150);
    standing('team', { left: aLeaving({ seq: 140, rev: 0 }) });
    const { seqs, state } = await sync({ team: 10 });
    expect(seqs).toEqual(upTo(11, 110));
    expect(state('team')).toMatchObject({ seq_no: 140, sent_seq: 110, limited: true });
  });
});

describe('a conversation that somebody came to later', () => {
  it('[V5] begins with their coming, and tells who held something of before', async () => {
    const { put, standing, sync } = setup();
    await put('team', 9);
    standing('team', { fromSeq: 5, readSeq: 5 });
    const { views, seqs, state } = await sync({ team: { seq_no: 3, rev: 0, version: 1 } });
    expect(views).toMatchObject([{ from_seq: 5, unread: 4 }]);
    expect(seqs).toEqual([6, 7, 8, 9]);
    expect(state('team')).toMatchObject({ seq_no: 9, sent_seq: 9, read_seq: 5 });
    expect((await sync({ team: { seq_no: 9, rev: 0, version: 1 } })).types).toEqual(['synced']);
  });

  it('[Y3][V5] counts only what they can see when it asks whether a new one is small', async () => {
    const { put, standing, sync } = setup();
    for (const name of ['small', 'large']) await put(name, 60);
    standing('small', { fromSeq: 40 });
    standing('large', { fromSeq: 39 });
    const { seqs, state } = await sync();
    expect(seqs).toEqual(upTo(41, 60));
    expect(state('small')).toMatchObject({ sent_seq: 60, limited: false });
    expect(state('large')).toMatchObject({ sent_seq: 39, limited: true });
  });
});

describe('a conversation that changed its name, settings or membership', () => {
  it('[V7] is shown to a client that holds an older version, and to no other', async () => {
    const { put, sync } = setup();
    await put('team', 2, { membersVersion: 4 });
    const cursor = { seq_no: 2, rev: 0 };
    expect((await sync({ team: { ...cursor, version: 3 } })).views).toMatchObject([{ version: 4 }]);
    for (const held of [{ ...cursor, version: 4 }, cursor, 2])
      expect((await sync({ team: held })).types).toEqual(['synced']);
  });
});

describe('what is somebody’s own', () => {
  const threadMarks = new Map([
    [convoId('team'), { seq: 2, read: { 1: 4 } }],
    [convoId('gone'), { seq: 2, read: {} }],
  ]);
  const invite: InviteView = {
    convo_id: convoId('club'),
    type: 'group',
    title: 'Club',
    topic: null,
    member_count: 3,
    user_id: anna,
    role: 'member',
    invited_by: { user_id: ben, handle: 'ben', display_name: 'Ben' },
    created_at: new Date(startMs).toISOString(),
    state: 'pending',
  };
  const notice: SystemNotice = { type: 'system.notice', code: 'news', params: {}, severity: 'info' };

  it('[V5] comes with every sync: open invitations, notices, read threads and mutes', async () => {
    const { put, standing, sync } = setup({ threadMarks, invites: [invite], notices: [notice] });
    for (const name of ['team', 'gone', 'plain']) await put(name, 2);
    standing('team', { mutedUntil: '2026-04-01T00:00:00.000Z' });
    standing('gone', { left: aLeaving({ seq: 2, rev: 0 }) });
    const held = { seq_no: 2, rev: 0, version: 2 };
    const { events, state } = await sync({ team: held, gone: held, plain: held });
    expect(events.slice(0, -1)).toEqual([{ type: 'invite.update', invite }, notice]);
    expect(state('team')).toMatchObject({
      muted_until: '2026-04-01T00:00:00.000Z',
      threads: { seq_no: 2, read: { 1: 4 } },
    });
    for (const name of ['gone', 'plain']) {
      expect(state(name)).not.toHaveProperty('threads');
      expect(state(name)).not.toHaveProperty('muted_until');
    }
  });
});

describe('the reads of a sync', () => {
  it('[V3] look at what the client names before they look at who is a member, and then only for what is new', async () => {
    const { put, sync, reads } = setup();
    for (const name of ['known', 'also', 'new']) await put(name, 1);
    await sync({ known: 1, also: 1, foreign: 0 });
    expect(reads).toEqual(['conversations 3', 'standings', 'conversations 1']);
    reads.length = 0;
    await sync({ known: 1, also: 1, new: 1 });
    expect(reads).toEqual(['conversations 3', 'standings']);
  });
});
