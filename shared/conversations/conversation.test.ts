import { describe, expect, it } from 'vitest';
import { aConversation, anna, aProfile, ben, userId } from '../../test/support/builders.ts';
import { conversationView, effectiveReadSeq, isResumedBy, receiptOf, unreadCount } from './conversation.ts';

const membership = (readSeq: number, user = anna) =>
  ({ convoId: aConversation().convoId, userId: user, role: 'member', readSeq }) as const;

describe('what somebody has read', () => {
  it('[U2] is what they marked', () => {
    const conversation = aConversation({ seq: 9 });
    expect(effectiveReadSeq(conversation, membership(4))).toBe(4);
    expect(unreadCount(conversation, membership(4))).toBe(5);
  });

  it('[U2] reaches up to their own last message', () => {
    const conversation = aConversation({ seq: 9, recentSenders: { [anna]: 8, [ben]: 9 } });
    expect(unreadCount(conversation, membership(4))).toBe(1);
    expect(unreadCount(conversation, membership(0, ben))).toBe(0);
  });

  it('[U2] does not go back behind a later mark', () => {
    const conversation = aConversation({ seq: 9, recentSenders: { [anna]: 3 } });
    expect(effectiveReadSeq(conversation, membership(7))).toBe(7);
  });

  it('[U2] leaves a count that is never negative', () => {
    // A list may see the mark of a moment later than the counter.
    expect(unreadCount(aConversation({ seq: 5 }), membership(6))).toBe(0);
  });
});

describe('a mark that was put back', () => {
  const unread = { ...membership(8), unreadMark: { seq: 3, atMs: 100 } };

  it('[U6] is where the reader stands, whatever they send', () => {
    const conversation = aConversation({ seq: 10, recentSenders: { [anna]: 10 } });
    expect(effectiveReadSeq(conversation, unread)).toBe(3);
    expect(unreadCount(conversation, unread)).toBe(7);
  });

  it('[U6] is nothing that others see', () => {
    expect(receiptOf(aConversation({ seq: 10 }), unread)).toEqual({ readSeq: 8, deliveredSeq: 8 });
  });

  it.each([
    ['a later request for more', { seq: 4, atMs: 101 }, true],
    ['one of the same moment', { seq: 4, atMs: 100 }, true],
    ['an earlier request', { seq: 4, atMs: 99 }, false],
    ['a request for no more', { seq: 3, atMs: 101 }, false],
  ])('[U6] is ended or not by %s', (_, read, ended) => {
    expect(isResumedBy(unread.unreadMark, read)).toBe(ended);
  });
});

describe('a receipt', () => {
  it('[U5] says that what was read or sent was delivered', () => {
    const conversation = aConversation({ seq: 9, recentSenders: { [ben]: 6 } });
    expect(receiptOf(conversation, membership(4))).toEqual({ readSeq: 4, deliveredSeq: 4 });
    expect(receiptOf(conversation, membership(4, ben))).toEqual({ readSeq: 6, deliveredSeq: 6 });
    expect(receiptOf(conversation, { ...membership(4), deliveredSeq: 7 })).toEqual({
      readSeq: 4,
      deliveredSeq: 7,
    });
  });
});

describe('the view of a conversation', () => {
  const people = new Map([aProfile('anna'), aProfile('ben')].map((profile) => [profile.userId, profile]));

  it('shows its members by name, and never by e-mail', () => {
    const view = conversationView(aConversation(), membership(0), people);
    expect(view.members).toEqual([
      { user_id: anna, handle: 'anna', display_name: 'Anna' },
      { user_id: ben, handle: 'ben', display_name: 'Ben' },
    ]);
    expect(JSON.stringify(view)).not.toContain('@');
  });

  it('leaves out people who are no longer there', () => {
    const conversation = aConversation({ members: [anna, userId('gone')] });
    const view = conversationView(conversation, membership(0), people);
    expect(view).toMatchObject({ member_count: 2, members: [{ user_id: anna }] });
  });

  it('shows the last message, and null before the first', () => {
    expect(conversationView(aConversation(), membership(0), people).last_message).toBeNull();
    const lastMessage = { seq: 3, senderId: ben, preview: 'see you', createdAt: '2026-03-01T12:00:00.000Z' };
    expect(conversationView(aConversation({ seq: 3, lastMessage }), membership(1), people)).toMatchObject({
      seq: 3,
      read_seq: 1,
      unread: 2,
      last_message: {
        seq_no: 3,
        sender_id: ben,
        preview: 'see you',
        created_at: '2026-03-01T12:00:00.000Z',
      },
    });
  });
});
