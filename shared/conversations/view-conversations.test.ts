import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aLeaving,
  anna,
  aProfile,
  ben,
  cleo,
  convoId,
  membershipsOf,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import type { Conversation } from './conversation.ts';
import { listConversations, viewConversation } from './view-conversations.ts';

const minute = (count: number) =>
  new Date(Date.parse('2026-03-01T12:00:00.000Z') + count * 60_000).toISOString();

function setup() {
  const conversations = inMemoryConversationStore();
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'), aProfile('cleo'));
  const put = (name: string, spokeAt: number | undefined, members = [anna, ben]) => {
    const lastMessage = { seq: 4, senderId: ben, preview: 'hi', createdAt: minute(spokeAt ?? 0) };
    const conversation = aConversation({
      convoId: convoId(name),
      title: name,
      members,
      createdAt: minute(0),
      seq: spokeAt === undefined ? 0 : 4,
      lastMessage: spokeAt === undefined ? null : lastMessage,
    });
    conversations.put(conversation, membershipsOf(conversation, members));
  };
  return { conversations, users, put, deps: { conversations, users } };
}

describe('listConversations', () => {
  it('lists what somebody is a member of, the most recently active first', async () => {
    const { put, deps } = setup();
    put('old', 1);
    put('silent', undefined);
    put('new', 9, [anna, cleo]);
    put('foreign', 99, [ben, cleo]);
    const { conversations, next_cursor } = await listConversations(anna, {}, deps);
    expect(conversations.map(({ title }) => title)).toEqual(['new', 'old', 'silent']);
    expect(next_cursor).toBeNull();
    expect(conversations[0]).toMatchObject({
      members: [{ handle: 'anna' }, { handle: 'cleo' }],
      seq: 4,
      read_seq: 0,
      unread: 4,
      last_message: { seq_no: 4, preview: 'hi' },
    });
  });

  it('[U2] counts as everywhere: what somebody sent, they have read', async () => {
    const { put, deps, conversations } = setup();
    put('chat', 3);
    const chat = conversations.counters.get(convoId('chat')) ?? aConversation();
    conversations.counters.set(chat.convoId, { ...chat, recentSenders: { [anna]: 3 } });
    expect((await listConversations(anna, {}, deps)).conversations).toMatchObject([
      { read_seq: 3, unread: 1 },
    ]);
    expect((await listConversations(ben, {}, deps)).conversations).toMatchObject([
      { read_seq: 0, unread: 4 },
    ]);
    expect(await viewConversation(anna, convoId('chat'), deps)).toMatchObject({ read_seq: 3, unread: 1 });
  });

  it('pages through all of them, each once', async () => {
    const { put, deps } = setup();
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name, 1);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listConversations(anna, { limit: 2, cursor }, deps);
      seen.push(...page.conversations.map(({ title }) => String(title)));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('leaves out a membership whose conversation was never finished', async () => {
    const { put, deps, conversations } = setup();
    put('good', 1);
    put('half', 1);
    conversations.counters.delete(convoId('half'));
    const list = await listConversations(anna, {}, deps);
    expect(list.conversations.map(({ title }) => title)).toEqual(['good']);
  });
});

describe('the people of a conversation', () => {
  it('are shown by the names that they have now', async () => {
    const { put, users, deps } = setup();
    put('chat', 3);
    const renamed = aProfile('ben', { handle: 'benjamin', displayName: 'Benjamin', avatar: 'att_1' });
    await users.update(aProfile('ben'), renamed);
    const { members } = await viewConversation(anna, convoId('chat'), deps);
    expect(members).toMatchObject([
      { handle: 'anna' },
      { handle: 'benjamin', display_name: 'Benjamin', avatar: 'att_1' },
    ]);
  });

  it('are stand-ins once their account was erased; what they said stays', async () => {
    const { put, users, deps } = setup();
    put('chat', 3);
    await users.erase(aProfile('ben'), minute(5));
    const view = await viewConversation(anna, convoId('chat'), deps);
    expect(view.members[1]).toEqual({
      user_id: ben,
      handle: 'deleted',
      display_name: 'Deleted account',
      deleted: true,
    });
    expect(view).toMatchObject({ member_count: 2, last_message: { sender_id: ben, preview: 'hi' } });
  });
});

describe('a conversation that somebody left', () => {
  const leaving = aLeaving({ seq: 4, rev: 2, version: 3, title: 'as it was' });
  const leave = ({ conversations }: ReturnType<typeof setup>, now: Partial<Conversation> = {}) => {
    const chat = conversations.counters.get(convoId('chat')) ?? aConversation();
    const after = { ...chat, rev: 2, membersVersion: 3, memberCount: 1, shownMembers: [ben], ...now };
    conversations.put(after, [
      { convoId: chat.convoId, userId: anna, role: 'admin', readSeq: 3, left: leaving },
    ]);
  };

  it('[V3] is shown as it was then, and nobody who is in it', async () => {
    const world = setup();
    world.put('chat', 3);
    leave(world);
    expect(await viewConversation(anna, convoId('chat'), world.deps)).toEqual({
      convo_id: convoId('chat'),
      type: 'group',
      title: 'as it was',
      topic: null,
      avatar: null,
      archived_at: null,
      history: 'all',
      posting: 'everybody',
      member_count: 0,
      version: 3,
      created_at: minute(0),
      members: [],
      seq: 4,
      rev: 2,
      capabilities: [],
      role: 'admin',
      state: 'left',
      from_seq: 0,
      muted_until: null,
      read_seq: 3,
      unread: 1,
      last_message: { seq_no: 4, sender_id: ben, preview: 'hi', created_at: minute(3) },
    });
  });

  it('[V3] tells nothing of what it became, nor of who looks after it now', async () => {
    const world = setup();
    world.put('chat', 3);
    leave(world);
    const { last_message: _, ...then } = await viewConversation(anna, convoId('chat'), world.deps);
    const archivedAt = minute(9);
    const lastMessage = { seq: 9, senderId: ben, preview: 'secret', createdAt: minute(9) };
    const settings = { archivedAt, posting: 'admins', history: 'joined', hasDetails: true } as const;
    leave(world, { ...settings, title: 'new', seq: 9, rev: 5, membersVersion: 8, lastMessage });
    world.conversations.detailsById.set(convoId('chat'), { topic: 'secrets' });
    expect(await viewConversation(anna, convoId('chat'), world.deps)).toEqual({
      ...then,
      last_message: null,
    });
  });

  it('[V4] keeps its last message out of the view once anything changed, because it may say something else', async () => {
    const world = setup();
    world.put('chat', 3);
    leave(world, { rev: 3 });
    expect(await viewConversation(anna, convoId('chat'), world.deps)).toMatchObject({ last_message: null });
  });

  it('[V3] is in no list', async () => {
    const world = setup();
    world.put('chat', 3);
    world.put('other', 2);
    leave(world);
    const list = await listConversations(anna, {}, world.deps);
    expect(list.conversations.map(({ title }) => title)).toEqual(['other']);
  });
});

describe('a conversation that somebody came to later', () => {
  it('[V2] has no unread messages and no last one from before', async () => {
    const { put, deps, conversations } = setup();
    put('chat', 3);
    const chat = conversations.counters.get(convoId('chat')) ?? aConversation();
    const newcomer = { convoId: chat.convoId, userId: anna, role: 'member', readSeq: 0, fromSeq: 4 } as const;
    conversations.put(chat, [{ ...newcomer, unreadMark: { seq: 1, atMs: 0 } }]);
    expect(await viewConversation(anna, convoId('chat'), deps)).toMatchObject({
      from_seq: 4,
      read_seq: 4,
      unread: 0,
      last_message: null,
    });
  });
});

describe('topic and avatar', () => {
  it('are shown where there are any, by one read for all of a page', async () => {
    const { put, deps, conversations } = setup();
    for (const name of ['plain', 'boats', 'trains']) put(name, 1);
    for (const name of ['boats', 'trains']) {
      const chat = conversations.counters.get(convoId(name)) ?? aConversation();
      conversations.counters.set(chat.convoId, { ...chat, hasDetails: true });
      conversations.detailsById.set(chat.convoId, { topic: `all of ${name}` });
    }
    const asked: (readonly string[])[] = [];
    const details = async (ids: readonly string[]) => {
      asked.push(ids);
      return await conversations.details(ids);
    };
    const counted = { ...deps, conversations: { ...conversations, details } };
    const list = await listConversations(anna, {}, counted);
    expect(new Map(list.conversations.map(({ title, topic }) => [title, topic]))).toEqual(
      new Map([
        ['plain', null],
        ['boats', 'all of boats'],
        ['trains', 'all of trains'],
      ]),
    );
    await viewConversation(anna, convoId('plain'), counted);
    expect(asked.map((ids) => ids.length)).toEqual([2]);
  });
});

describe('viewConversation', () => {
  it('shows one to its member', async () => {
    const { put, deps } = setup();
    put('chat', 3);
    expect(await viewConversation(anna, convoId('chat'), deps)).toMatchObject({ title: 'chat', unread: 4 });
  });

  it('[A2] shows a foreign one as little as a missing one', async () => {
    const { put, deps } = setup();
    put('chat', 3);
    const refusal = { code: 'conversation.not_found', message: 'No such conversation' };
    await expect(viewConversation(stranger, convoId('chat'), deps)).rejects.toMatchObject(refusal);
    await expect(viewConversation(anna, convoId('nowhere'), deps)).rejects.toMatchObject(refusal);
  });
});
