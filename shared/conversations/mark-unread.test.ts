import { describe, expect, it } from 'vitest';
import { anna, convoId, startMs, stranger } from '../../test/support/builders.ts';
import { conversationWithMembers } from '../../test/support/conversation-with-members.ts';
import { effectiveReadSeq, receiptOf } from './conversation.ts';
import { markRead } from './mark-read.ts';
import { markUnread } from './mark-unread.ts';

const team = convoId('team');

function setup() {
  const { conversations, conversation, users } = conversationWithMembers({ seq: 10 });
  const call = (seq_no: number, receivedAtMs: number) => ({ convo_id: team, seq_no, receivedAtMs });
  return {
    conversations,
    unread: (seq: number, user = anna, atMs = startMs) =>
      markUnread(user, call(seq, atMs), { conversations }),
    read: (seq: number, atMs = startMs) => markRead(anna, call(seq, atMs), { conversations, users }),
    /** Anna's last message in a conversation that has grown to this number. */
    sent: (seq: number) =>
      conversations.counters.set(team, { ...conversation, seq, recentSenders: { [anna]: seq } }),
    standing: async () => {
      const membership = await conversations.membership(anna, team);
      const counter = conversations.counters.get(team);
      if (!membership || !counter) throw new Error('Anna is a member');
      return { mine: effectiveReadSeq(counter, membership), ...receiptOf(counter, membership) };
    },
  };
}

describe('markUnread', () => {
  it("[U6] puts the mark back, tells the reader's own devices, and takes nothing back from the others", async () => {
    const { read, unread, standing } = setup();
    await read(8);
    expect(await unread(3)).toEqual({
      event: { type: 'message.unread', convo_id: team, user_id: anna, seq_no: 3 },
      audience: [anna],
    });
    expect(await standing()).toEqual({ mine: 3, readSeq: 8, deliveredSeq: 8 });
  });

  it('[U6] puts back also what was read only just now', async () => {
    const { conversations, read } = setup();
    const before = await conversations.membership(anna, team);
    await read(8);
    // As DynamoDB may: the cheap read does not see the last write yet.
    const behind = {
      ...conversations,
      membership: async (user: string, convo: string, { consistent = false } = {}) =>
        consistent ? await conversations.membership(user, convo) : before,
    };
    const request = { convo_id: team, seq_no: 3, receivedAtMs: startMs };
    expect(await markUnread(anna, request, { conversations: behind })).toMatchObject({ audience: [anna] });
  });

  it('[U6] never moves a mark forward', async () => {
    const { read, unread, standing } = setup();
    await read(5);
    for (const seq of [5, 9]) expect(await unread(seq)).toMatchObject({ event: { seq_no: 5 }, audience: [] });
    await unread(3);
    expect(await unread(4)).toMatchObject({ event: { seq_no: 3 }, audience: [] });
    expect(await unread(3)).toMatchObject({ event: { seq_no: 3 }, audience: [] });
    expect(await standing()).toMatchObject({ mine: 3 });
    expect(await unread(0)).toMatchObject({ event: { seq_no: 0 }, audience: [anna] });
  });

  it('[U6] is not undone by sending', async () => {
    const { read, unread, sent, standing } = setup();
    await read(8);
    await unread(3);
    sent(11);
    expect(await standing()).toEqual({ mine: 3, readSeq: 11, deliveredSeq: 11 });
  });

  it('[U6] is not undone by an older mark, though what was read until then was only sent', async () => {
    const { read, unread, sent, standing } = setup();
    sent(9);
    await unread(3, anna, startMs + 10);
    await read(7, startMs + 9);
    expect(await standing()).toMatchObject({ mine: 3, readSeq: 9 });
    await read(7, startMs + 11);
    expect(await standing()).toMatchObject({ mine: 9 });
  });

  it('[U3] refuses a number beyond the last message', async () => {
    await expect(setup().unread(11)).rejects.toMatchObject({ code: 'message.seq_out_of_range' });
  });

  it('[A2] refuses a foreign conversation as not found', async () => {
    await expect(setup().unread(1, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
    await expect(setup().unread(99, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });
});
