import { describe, expect, it } from 'vitest';
import {
  aConversation,
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
