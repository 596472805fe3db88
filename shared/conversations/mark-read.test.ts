import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anna,
  aProfile,
  ben,
  convoId,
  crowd,
  startMs,
  stranger,
  userId,
} from '../../test/support/builders.ts';
import { conversationWithMembers } from '../../test/support/conversation-with-members.ts';
import { markRead } from './mark-read.ts';

const team = convoId('team');

function setup(members: readonly string[] = [anna, ben], seq = 10) {
  const { conversations, conversation, users } = conversationWithMembers({ members, seq });
  const mark = (seq_no: number, user = anna, receivedAtMs = startMs) =>
    markRead(user, { convo_id: team, seq_no, receivedAtMs }, { conversations, users });
  const readSeq = async (user = anna) => (await conversations.membership(user, team))?.readSeq;
  return { mark, readSeq, conversations, conversation, users };
}

describe('markRead', () => {
  it('moves the mark and tells everybody in a small conversation', async () => {
    const { mark, readSeq } = setup();
    expect(await mark(7)).toEqual({
      event: { type: 'message.read', convo_id: team, user_id: anna, seq_no: 7 },
      audience: [anna, ben],
    });
    expect(await readSeq()).toBe(7);
    expect(await readSeq(ben)).toBe(0);
  });

  it('[U1] tells a mark that is behind to nobody, and says where it stands', async () => {
    const { mark, readSeq } = setup();
    await mark(7);
    expect(await mark(3)).toMatchObject({ event: { seq_no: 7 }, audience: [] });
    expect(await mark(7)).toMatchObject({ event: { seq_no: 7 }, audience: [] });
    expect(await readSeq()).toBe(7);
  });

  it('[U1] ends at the highest mark, whatever order they arrive in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1 }), async (marks) => {
        const { mark, readSeq } = setup();
        await Promise.all(marks.map((seq) => mark(seq)));
        expect(await readSeq()).toBe(Math.max(...marks));
      }),
      { numRuns: 50, seed: 3 },
    );
  });

  it('[U3] refuses a mark behind the last message, and changes nothing', async () => {
    const { mark, readSeq } = setup();
    await expect(mark(11)).rejects.toMatchObject({ code: 'message.seq_out_of_range' });
    expect(await readSeq()).toBe(0);
    await expect(mark(10)).resolves.toBeDefined();
  });

  it('[U4] tells all fifty of a conversation, and in a larger one the reader alone', async () => {
    const reader = userId('p0x');
    expect((await setup(crowd(50)).mark(1, reader)).audience).toHaveLength(50);
    expect((await setup(crowd(51)).mark(1, reader)).audience).toEqual([reader]);
  });

  it('[U2] says how far somebody has read by sending, where that is further', async () => {
    const { mark, conversations, conversation } = setup();
    conversations.counters.set(team, { ...conversation, recentSenders: { [anna]: 9 } });
    expect(await mark(7)).toMatchObject({ event: { seq_no: 9 }, audience: [anna, ben] });
  });

  describe('of somebody who put their mark back', () => {
    async function putBack() {
      const world = setup();
      await world.mark(8);
      await world.conversations.putUnreadMark(anna, team, { seq: 3, atMs: startMs + 10 });
      return {
        ...world,
        unreadMark: async () => (await world.conversations.membership(anna, team))?.unreadMark,
      };
    }

    it('[U6] ends that by reading on, and tells the others what is new to them', async () => {
      const { mark, unreadMark } = await putBack();
      expect(await mark(9, anna, startMs + 20)).toMatchObject({
        event: { seq_no: 9 },
        audience: [anna, ben],
      });
      expect(await unreadMark()).toBeUndefined();
    });

    it('[U6] ends that by reading again, which is no news for the others', async () => {
      const { mark, unreadMark } = await putBack();
      expect(await mark(5, anna, startMs + 20)).toMatchObject({ event: { seq_no: 8 }, audience: [anna] });
      expect(await unreadMark()).toBeUndefined();
    });

    it('[U6] leaves it be for a mark that came in before, or reaches no further', async () => {
      const { mark, unreadMark } = await putBack();
      expect(await mark(8, anna, startMs + 9)).toMatchObject({ event: { seq_no: 3 }, audience: [] });
      expect(await mark(3, anna, startMs + 20)).toMatchObject({ event: { seq_no: 3 }, audience: [] });
      expect(await unreadMark()).toEqual({ seq: 3, atMs: startMs + 10 });
    });

    it('[U6] ends it by an earlier mark, too, if that is further than anything before', async () => {
      const { mark, unreadMark } = await putBack();
      expect(await mark(10, anna, startMs + 9)).toMatchObject({
        event: { seq_no: 10 },
        audience: [anna, ben],
      });
      expect(await unreadMark()).toBeUndefined();
    });
  });

  it('[A2] refuses a foreign conversation as not found', async () => {
    const { mark } = setup();
    await expect(mark(1, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
    // Not even how many messages it has can be found out.
    await expect(mark(99, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });

  it('[U9] tells the own devices alone of who keeps their receipts to themselves', async () => {
    const { mark, readSeq, users } = setup();
    users.put(aProfile('anna', { hides: ['read_receipts'] }));
    expect((await mark(7)).audience).toEqual([anna]);
    expect(await readSeq()).toBe(7);
  });

  it.each([anna, ben])('[B2] tells nothing between two of whom one blocks the other', async (blocker) => {
    const { mark, conversations, conversation } = setup();
    conversations.counters.set(team, { ...conversation, silencedBy: [blocker] });
    expect((await mark(7)).audience).toEqual([anna]);
  });
});
