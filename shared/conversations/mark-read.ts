import type { MessageRead } from '../../events/server-frames.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { ConversationStore } from './conversation-store.ts';

/** What to tell whom; `audience` is empty when nothing moved. */
export interface ReadMark {
  readonly event: MessageRead;
  readonly audience: readonly string[];
}

/**
 * Moves a member's read mark: it only rises, however the frames arrive. Repeating it is answered to the reader alone.
 * Throws `conversation.not_found` or `message.seq_out_of_range`.
 */
export async function markRead(
  userId: string,
  request: { convo_id: string; seq_no: number },
  deps: { conversations: ConversationStore },
): Promise<ReadMark> {
  const { convo_id: convoId, seq_no: seq } = request;
  const [membership, conversation] = await Promise.all([
    deps.conversations.membership(userId, convoId),
    deps.conversations.get(convoId),
  ]);
  if (!membership || !conversation) throw new AppError('conversation.not_found');
  if (seq > conversation.seq) {
    throw new AppError('message.seq_out_of_range', `seq_no: the last message is ${conversation.seq}`);
  }
  const advanced = await deps.conversations.advanceReadSeq(userId, convoId, seq);
  const event = { type: 'message.read', convo_id: convoId, user_id: userId, seq_no: seq } as const;
  if (!advanced) return { event: { ...event, seq_no: Math.max(seq, membership.readSeq) }, audience: [] };
  if (conversation.memberCount <= conversation.shownMembers.length) {
    return { event, audience: conversation.shownMembers };
  }
  if (conversation.memberCount > limits.readMarkAudienceMax) return { event, audience: [userId] };
  return { event, audience: await deps.conversations.roster(convoId) };
}
