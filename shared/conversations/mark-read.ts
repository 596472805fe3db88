import type { MessageRead } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import { type MemberNews, toldOf } from './audience.ts';
import { effectiveReadSeq, receiptOf } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { assertReached, memberSide } from './member-side.ts';

/** Where a mark is to be, and when the request for it came in, milliseconds since the epoch. */
export interface MarkRequest {
  readonly convo_id: string;
  readonly seq_no: number;
  readonly receivedAtMs: number;
}

/**
 * Moves a member's read mark: it only rises, however the frames arrive. Repeating it is answered to the reader alone.
 * A mark that was put back ends with it; where nothing was read that had not been before, that is no news for others.
 * Whoever keeps their receipts to themselves tells their own devices only.
 * Throws `conversation.not_found` or `message.seq_out_of_range`.
 */
export async function markRead(
  userId: string,
  { convo_id: convoId, seq_no: seq, receivedAtMs }: MarkRequest,
  deps: { conversations: ConversationStore; users: Pick<UserStore, 'get'> },
): Promise<MemberNews<MessageRead>> {
  const { conversations } = deps;
  const { membership, conversation } = await memberSide(userId, convoId, conversations);
  assertReached(conversation, seq);
  const outcome = await conversations.advanceReadSeq(userId, convoId, { seq, atMs: receivedAtMs });
  const event = (readSeq: number) =>
    ({ type: 'message.read', convo_id: convoId, user_id: userId, seq_no: readSeq }) as const;
  if (outcome === 'unchanged') {
    const stands = membership.unreadMark?.seq ?? Math.max(seq, effectiveReadSeq(conversation, membership));
    return { event: event(stands), audience: [] };
  }
  const news = event(Math.max(seq, receiptOf(conversation, membership).readSeq));
  if (outcome === 'resumed') return { event: news, audience: [userId] };
  const everybody = await toldOf(userId, 'read_receipts', conversation, deps, limits.readMarkAudienceMax);
  return { event: news, audience: everybody ?? [userId] };
}
