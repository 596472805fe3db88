import type { MessageUnread } from '../../events/server-frames.ts';
import type { MemberNews } from './audience.ts';
import { effectiveReadSeq, receiptOf } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import type { MarkRequest } from './mark-read.ts';
import { assertReached, memberSide } from './member-side.ts';

/**
 * Puts a member's own mark back, so that everything after it counts as unread again, until they read on. What they send
 * meanwhile does not change that. Only their own devices hear of it: for the others, what was read stays read.
 * Throws `conversation.not_found` or `message.seq_out_of_range`.
 */
export async function markUnread(
  userId: string,
  { convo_id: convoId, seq_no: seq, receivedAtMs }: MarkRequest,
  { conversations }: { conversations: ConversationStore },
): Promise<MemberNews<MessageUnread>> {
  // A mark of a moment ago would make what was just read look unread already, and the request be dropped.
  const { membership, conversation } = await memberSide(userId, convoId, conversations, { consistent: true });
  assertReached(conversation, seq);
  const event = (stands: number) =>
    ({ type: 'message.unread', convo_id: convoId, user_id: userId, seq_no: stands }) as const;
  const readSeq = effectiveReadSeq(conversation, membership);
  if (seq >= readSeq) return { event: event(readSeq), audience: [] };

  const mark = { seq, atMs: receivedAtMs };
  // What one sent counts as read without a write: now it gets one, or an old `message.read` could pass for a new one.
  const sent = receiptOf(conversation, membership).readSeq;
  if (sent > membership.readSeq) await conversations.advanceReadSeq(userId, convoId, { ...mark, seq: sent });
  const moved = await conversations.putUnreadMark(userId, convoId, mark);
  return { event: event(seq), audience: moved ? [userId] : [] };
}
