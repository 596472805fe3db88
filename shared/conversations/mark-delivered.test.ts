import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  aProfile,
  ben,
  convoId,
  crowd,
  stranger,
  userId,
} from '../../test/support/builders.ts';
import { conversationWithMembers } from '../../test/support/conversation-with-members.ts';
import { markDelivered } from './mark-delivered.ts';

const team = convoId('team');

function setup(members: readonly string[] = [anna, ben]) {
  const { conversations, users } = conversationWithMembers({ members, seq: 10, recentSenders: { [ben]: 6 } });
  const mark = (seq_no: number, user = anna) =>
    markDelivered(user, { convo_id: team, seq_no }, { conversations, users });
  const deliveredSeq = async (user = anna) => (await conversations.membership(user, team))?.deliveredSeq;
  return { mark, deliveredSeq, conversations, users };
}

describe('markDelivered', () => {
  it('[U5] moves the mark and tells everybody in a small conversation', async () => {
    const { mark, deliveredSeq } = setup();
    expect(await mark(7)).toEqual({
      event: { type: 'message.delivery', convo_id: team, user_id: anna, seq_no: 7 },
      audience: [anna, ben],
    });
    expect(await deliveredSeq()).toBe(7);
  });

  it('[U5] tells a mark that is behind to nobody, and says where it stands', async () => {
    const { mark, deliveredSeq } = setup();
    await mark(7);
    for (const seq of [3, 7]) expect(await mark(seq)).toMatchObject({ event: { seq_no: 7 }, audience: [] });
    expect(await deliveredSeq()).toBe(7);
  });

  it('[U5] writes nothing for what was read or sent: that was delivered', async () => {
    const { mark, deliveredSeq, conversations } = setup();
    await conversations.advanceReadSeq(anna, team, { seq: 8, atMs: 0 });
    expect(await mark(8)).toMatchObject({ event: { seq_no: 8 }, audience: [] });
    expect(await mark(6, ben)).toMatchObject({ event: { seq_no: 6 }, audience: [] });
    expect([await deliveredSeq(), await deliveredSeq(ben)]).toEqual([undefined, undefined]);
  });

  it('[U3] refuses a mark behind the last message, and changes nothing', async () => {
    const { mark, deliveredSeq } = setup();
    await expect(mark(11)).rejects.toMatchObject({ code: 'message.seq_out_of_range' });
    expect(await deliveredSeq()).toBeUndefined();
  });

  it('[U5] tells all fifty of a conversation, and in a larger one nobody, though it is kept', async () => {
    const reader = userId('p0x');
    expect((await setup(crowd(50)).mark(1, reader)).audience).toHaveLength(50);
    const { mark, deliveredSeq } = setup(crowd(51));
    expect((await mark(1, reader)).audience).toEqual([]);
    expect(await deliveredSeq(reader)).toBe(1);
  });

  it('[A2] refuses a foreign conversation as not found, and does not say how long it is', async () => {
    const { mark } = setup();
    await expect(mark(1, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
    await expect(mark(99, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });

  it('[U9] moves the mark of who keeps their receipts to themselves, and tells nobody', async () => {
    const { mark, deliveredSeq, users } = setup();
    users.put(aProfile('anna', { hides: ['read_receipts'] }));
    expect((await mark(7)).audience).toEqual([]);
    expect(await deliveredSeq()).toBe(7);
  });

  it('[B2] tells nothing between two of whom one blocks the other', async () => {
    const { mark, conversations } = setup();
    const conversation = conversations.counters.get(team) ?? aConversation();
    conversations.counters.set(team, { ...conversation, silencedBy: [ben] });
    expect((await mark(7)).audience).toEqual([]);
  });
});
