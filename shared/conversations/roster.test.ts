import { describe, expect, it } from 'vitest';
import { aConversation, convoId, crowd, membershipsOf } from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { cachedRoster } from './roster.ts';

function setup(count: number) {
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ members: crowd(count) });
  conversations.put(conversation, membershipsOf(conversation, crowd(count)));
  let reads = 0;
  const roster = cachedRoster({
    async roster(id) {
      reads += 1;
      return await conversations.roster(id);
    },
  });
  return { conversations, conversation, roster, reads: () => reads };
}

describe('cachedRoster', () => {
  it('reads nothing for a conversation that shows all its members', async () => {
    const { roster, conversation, reads } = setup(6);
    expect(await roster.members(conversation)).toEqual(crowd(6).map((one) => ({ userId: one, fromSeq: 0 })));
    expect(reads()).toBe(0);
  });

  it('reads a larger one once', async () => {
    const { roster, conversation, reads } = setup(7);
    const members = await roster.members(conversation);
    expect(members.map((one) => one.userId).toSorted()).toEqual(crowd(7).toSorted());
    await roster.members({ ...conversation, seq: 99 });
    expect(reads()).toBe(1);
  });

  it('reads again when the membership changed', async () => {
    const { roster, conversation, conversations, reads } = setup(8);
    await roster.members(conversation);
    conversations.setMembers(conversation.convoId, crowd(9));
    const changed = await conversations.get(conversation.convoId);
    expect(await roster.members(changed ?? conversation)).toHaveLength(9);
    expect(reads()).toBe(2);
  });

  it('knows what the members are only from the roster, and reads that once', async () => {
    const { roster, conversation, conversations, reads } = setup(2);
    const [owner = '', other = ''] = crowd(2);
    conversations.put(conversation, membershipsOf(conversation, [owner, other], owner));
    const roles = new Map([
      [owner, 'owner'],
      [other, 'member'],
    ]);
    expect(await roster.roles(conversation)).toEqual(roles);
    expect(await roster.roles(conversation)).toEqual(roles);
    expect(reads()).toBe(1);
  });

  it('asks the roster who came late, where anybody did', async () => {
    const { roster, conversation, conversations } = setup(2);
    const [early = '', late = ''] = crowd(2);
    const mixed = { ...conversation, hasNewcomers: true as const };
    conversations.put(mixed, [
      { convoId: mixed.convoId, userId: late, role: 'member', readSeq: 7, fromSeq: 7 },
    ]);
    expect(await roster.members(mixed)).toMatchObject([
      { userId: early, fromSeq: 0 },
      { userId: late, fromSeq: 7 },
    ]);
  });

  it('keeps the rosters of a thousand conversations, not of all', async () => {
    const { roster, conversation, reads } = setup(7);
    const nth = (index: number) => ({ ...conversation, convoId: convoId(`n${index}x`) });
    for (let index = 0; index <= 1_000; index += 1) await roster.members(nth(index));
    await roster.members(nth(1_000));
    expect(reads()).toBe(1_001);
    await roster.members(nth(0));
    expect(reads()).toBe(1_002);
  });
});
