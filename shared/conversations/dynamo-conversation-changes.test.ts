import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aNewMessage,
  anna,
  ben,
  cleo,
  countingIds,
  instantBackoff,
  membershipsOf,
  movableClock,
  userId,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryConversationChanges } from '../../test/support/in-memory-conversation-changes.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryMessageStore } from '../../test/support/in-memory-message-store.ts';
import { meteredClient } from '../../test/support/metered-client.ts';
import { dynamoMessageStore } from '../messages/dynamo-message-store.ts';
import { changeConversation, type Draft } from './change-conversation.ts';
import type { Conversation } from './conversation.ts';
import type { Ban, Line } from './conversation-changes.ts';
import { dynamoConversationChanges } from './dynamo-conversation-changes.ts';
import { dynamoConversationStore } from './dynamo-conversation-store.ts';

const database = testDatabase();
const ids = countingIds('CHNG');
const renamed: Line = { actorId: anna, system: { code: 'conversation.renamed', params: { title: 'Crew' } } };
const lineOf = (code: 'member.added' | 'member.left' | 'member.role_changed'): Line => ({
  actorId: anna,
  system: { code, params: { user_id: cleo } },
});
const ban = (who: string, more: Partial<Ban> = {}): Ban => ({
  userId: who,
  bannedBy: anna,
  createdAt: '2026-03-01T12:00:00.000Z',
  ...more,
});

/** The same promises hold for the real stores and for those that use cases are tested with. */
const stores = {
  DynamoDB: () => {
    const { client, tables } = database();
    const metered = meteredClient(client);
    const deps = { client: metered.client, ...tables, backoff: instantBackoff() };
    return {
      conversations: dynamoConversationStore(deps),
      changes: dynamoConversationChanges(deps),
      messages: dynamoMessageStore(deps),
      spent: metered.spent,
    };
  },
  'the in-memory stand-in': () => {
    const conversations = inMemoryConversationStore();
    const messages = inMemoryMessageStore(conversations);
    const changes = inMemoryConversationChanges(conversations, { messages });
    return { conversations, changes, messages, spent: () => 0 };
  },
};

async function setup(open: (typeof stores)[keyof typeof stores], given: Partial<Conversation> = {}) {
  const { conversations, changes, messages, spent } = open();
  const convoId = ids.conversation();
  const conversation = aConversation({ convoId, ...given });
  await conversations.create(conversation, membershipsOf(conversation, [anna, ben], anna));
  const deps = {
    conversations,
    changes,
    clock: movableClock(),
    ids: countingIds('LINE'),
    backoff: instantBackoff(),
  };
  const current = async () => {
    const found = await conversations.get(convoId);
    if (!found) throw new Error('the conversation is there');
    return found;
  };
  spent();
  return {
    ...deps,
    deps,
    messages,
    spent,
    convoId,
    current,
    change: async (draft: Draft) => await changeConversation(convoId, async () => draft, deps),
  };
}

describe.each(Object.entries(stores))('changes of a conversation on %s', (_, open) => {
  it('take the next number of the timeline with their line, and the next version', async () => {
    const { change, current, messages, convoId } = await setup(open);
    const changed = await change({ line: renamed, settings: { title: 'Crew' } });
    const after = await current();
    expect(changed).toMatchObject({ before: { seq: 0, title: 'Team' }, change: { after } });
    expect(after).toMatchObject({
      title: 'Crew',
      seq: 1,
      rev: 0,
      membersVersion: 2,
      lastMessage: { seq: 1, senderId: anna, preview: '', system: renamed.system },
      recentSenders: { [anna]: 1 },
    });
    expect(await messages.range(convoId, 1, 9)).toMatchObject([
      { seq: 1, senderId: anna, content: '', system: renamed.system },
    ]);
  });

  it('write a member into both places, and take them out of one', async () => {
    const { change, current, conversations, convoId } = await setup(open);
    await change({ line: lineOf('member.added'), joined: [{ userId: cleo, role: 'admin' }] });
    expect(await conversations.membership(cleo, convoId)).toEqual({
      convoId,
      userId: cleo,
      role: 'admin',
      readSeq: 0,
    });
    expect(await conversations.roster(convoId)).toContainEqual({ userId: cleo, role: 'admin', fromSeq: 0 });
    expect(await current()).toMatchObject({ memberCount: 3, shownMembers: [anna, ben, cleo] });

    await change({ line: lineOf('member.left'), left: [{ userId: cleo, state: 'left' }] });
    expect(await conversations.membership(cleo, convoId)).toBeUndefined();
    expect(await conversations.mute(cleo, convoId, '2026-03-01T13:00:00.000Z')).toBe(false);
    expect((await conversations.roster(convoId)).map((one) => one.userId)).toEqual([anna, ben]);
    expect(await conversations.standing(cleo, convoId)).toMatchObject({
      role: 'admin',
      left: { state: 'left', seq: 2, rev: 0, at: '2026-03-01T12:00:00.000Z', title: 'Team' },
    });
    expect(await current()).toMatchObject({ memberCount: 2, shownMembers: [anna, ben] });
  });

  it('let somebody come back as if for the first time', async () => {
    const { change, conversations, convoId } = await setup(open, { history: 'joined' });
    await change({ line: lineOf('member.added'), joined: [{ userId: cleo, role: 'admin' }] });
    await conversations.advanceReadSeq(cleo, convoId, { seq: 1, atMs: 1 });
    await change({ line: lineOf('member.left'), left: [{ userId: cleo, state: 'removed' }] });
    await change({ line: lineOf('member.added'), joined: [{ userId: cleo, role: 'member' }] });
    expect(await conversations.standing(cleo, convoId)).toEqual({
      convoId,
      userId: cleo,
      role: 'member',
      readSeq: 2,
      fromSeq: 2,
    });
    expect(await conversations.roster(convoId)).toContainEqual({ userId: cleo, role: 'member', fromSeq: 2 });
  });

  it('give a role in both places and leave the marks alone', async () => {
    const { change, conversations, messages, convoId, current } = await setup(open);
    await messages.commit(await current(), [aNewMessage({ convoId, seq: 1, senderId: anna })]);
    await conversations.advanceReadSeq(ben, convoId, { seq: 1, atMs: 1 });
    await change({ line: lineOf('member.role_changed'), roles: [{ userId: ben, role: 'owner' }] });
    expect(await conversations.standing(ben, convoId)).toMatchObject({ role: 'owner', readSeq: 1 });
    expect(await conversations.roster(convoId)).toContainEqual({ userId: ben, role: 'owner', fromSeq: 0 });
    await change({ roles: [{ userId: ben, role: 'member' }] });
    expect(await conversations.roster(convoId)).toContainEqual({ userId: ben, role: 'member', fromSeq: 0 });
  });

  it('set, replace and remove topic, avatar and settings', async () => {
    const { change, conversations, current, convoId } = await setup(open);
    const details = async () => (await conversations.details([convoId])).get(convoId) ?? {};
    await change({ details: { topic: 'Boats', avatar: 'a_1' } });
    expect([await details(), (await current()).hasDetails]).toEqual([
      { topic: 'Boats', avatar: 'a_1' },
      true,
    ]);
    await change({ details: { avatar: 'a_1' } });
    expect(await details()).toEqual({ avatar: 'a_1' });
    await change({ details: {} });
    expect([await details(), (await current()).hasDetails]).toEqual([{}, undefined]);

    const settings = {
      history: 'joined',
      posting: 'admins',
      archivedAt: '2026-03-01T12:00:00.000Z',
    } as const;
    await change({ settings });
    expect(await current()).toMatchObject(settings);
    await change({ settings: { history: undefined, posting: undefined, archivedAt: undefined } });
    for (const gone of Object.keys(settings)) expect(await current()).not.toHaveProperty(gone);
  });

  it('keep bans until they are lifted, also those that are over', async () => {
    const { change, changes, convoId } = await setup(open);
    const long = ban(cleo, { until: '2020-01-01T00:00:00.000Z', reason: 'noise' });
    await change({ banned: long });
    await change({ banned: ban(ben), left: [{ userId: ben, state: 'banned' }] });
    expect(await changes.ban(convoId, cleo)).toEqual(long);
    expect(await changes.bans(convoId)).toEqual(expect.arrayContaining([long, ban(ben)]));
    await change({ unbanned: cleo });
    expect(await changes.ban(convoId, cleo)).toBeUndefined();
    expect(await changes.bans(convoId)).toEqual([ban(ben)]);
  });

  it('write nothing when a message, a change or another change of the membership came first', async () => {
    const { change, changes, current, messages, convoId } = await setup(open);
    const first = await current();
    await messages.commit(first, [aNewMessage({ convoId, seq: 1 })]);
    const draft = { ...first, title: 'Crew', membersVersion: first.membersVersion + 1 };
    expect(await changes.change(first, { after: draft })).toBe('stale');
    const { seq } = await current();
    await change({ settings: { title: 'Other' } });
    expect(await changes.change({ ...first, seq }, { after: { ...draft, seq } })).toBe('stale');
    const now = await current();
    expect(await changes.change({ ...now, rev: 3 }, { after: { ...now, title: 'Crew' } })).toBe('stale');
    expect((await current()).title).toBe('Other');
  });

  it('stop a message that was checked against the membership before them', async () => {
    const { change, current, messages, convoId } = await setup(open);
    const before = await current();
    await change({ left: [{ userId: ben, state: 'removed' }] });
    const message = aNewMessage({ convoId, seq: before.seq + 1, senderId: ben });
    expect(await messages.commit(before, [message])).toEqual({ kind: 'stale' });
  });
});

describe('what a change costs', () => {
  const newcomer = userId('newcomer');
  it.each<[string, number, Draft]>([
    ['a new title', 4, { line: renamed, settings: { title: 'Crew' } }],
    ['a new topic', 6, { line: renamed, details: { topic: 'Boats' } }],
    ['a new role', 8, { line: lineOf('member.role_changed'), roles: [{ userId: ben, role: 'admin' }] }],
    ['coming in', 12, { line: lineOf('member.added'), joined: [{ userId: newcomer, role: 'member' }] }],
    ['leaving', 8, { line: lineOf('member.left'), left: [{ userId: ben, state: 'left' }] }],
    [
      'a removal with a ban',
      14,
      { line: lineOf('member.left'), left: [{ userId: ben, state: 'banned' }], banned: ban(ben) },
    ],
    ['a ban that is lifted', 4, { unbanned: ben }],
  ])('%s: %i write units', async (_, units, draft) => {
    const { change, spent } = await setup(stores.DynamoDB);
    await change(draft);
    expect(spent()).toBe(units);
  });
});
