import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  aProfile,
  ben,
  cleo,
  crowd,
  membershipsOf,
  stranger,
  userId,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { readReceipts } from './read-receipts.ts';

function setup(members: readonly string[] = [anna, ben]) {
  const users = inMemoryUserStore(...members.map((id) => aProfile(id, { userId: id })));
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ members, seq: 10 });
  conversations.put(conversation, membershipsOf(conversation, members));
  const receipts = (caller = anna) => readReceipts(caller, conversation.convoId, { conversations, users });
  return { conversations, conversation, receipts, users };
}

describe('readReceipts', () => {
  it('[U7] says of each member how far they have got', async () => {
    const { conversations, conversation, receipts } = setup();
    conversations.counters.set(conversation.convoId, { ...conversation, recentSenders: { [ben]: 9 } });
    await conversations.advanceReadSeq(anna, conversation.convoId, { seq: 4, atMs: 0 });
    await conversations.advanceDeliveredSeq(anna, conversation.convoId, 6);
    expect(await receipts()).toEqual({
      receipts: [
        { user_id: anna, read_seq: 4, delivered_seq: 6 },
        { user_id: ben, read_seq: 9, delivered_seq: 9 },
      ].sort((a, b) => (a.user_id < b.user_id ? -1 : 1)),
    });
  });

  it('[U6] does not show that somebody put their mark back', async () => {
    const { conversations, conversation, receipts } = setup();
    await conversations.advanceReadSeq(anna, conversation.convoId, { seq: 8, atMs: 0 });
    const before = await receipts(ben);
    await conversations.putUnreadMark(anna, conversation.convoId, { seq: 2, atMs: 1 });
    expect(await receipts(ben)).toEqual(before);
  });

  it('[U7] shows all fifty of a conversation, and in a larger one the caller alone', async () => {
    const caller = userId('p7x');
    const small = (await setup(crowd(50)).receipts(caller)).receipts;
    expect(small.map(({ user_id }) => user_id)).toEqual(crowd(50).sort());
    expect((await setup(crowd(51)).receipts(caller)).receipts).toMatchObject([{ user_id: caller }]);
  });

  it('[A2] refuses a foreign conversation as not found', async () => {
    await expect(setup().receipts(stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });

  it('[U9] leaves out who keeps their receipts to themselves, and shows them nobody else', async () => {
    const { receipts, users } = setup([anna, ben, cleo]);
    users.put(aProfile('ben', { hides: ['typing', 'read_receipts'] }));
    const seenBy = async (caller: string) => (await receipts(caller)).receipts.map(({ user_id }) => user_id);
    expect(await seenBy(anna)).toEqual([anna, cleo]);
    expect(await seenBy(ben)).toEqual([ben]);
  });

  it.each([anna, ben])('[B2] shows nothing between two of whom one blocks the other', async (blocker) => {
    const { conversations, conversation, receipts } = setup();
    conversations.counters.set(conversation.convoId, { ...conversation, silencedBy: [blocker] });
    expect((await receipts()).receipts).toMatchObject([{ user_id: anna }]);
  });
});
