import type { MessageDelivery } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import { type MemberNews, toldOf } from './audience.ts';
import { receiptOf } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { assertReached, memberSide } from './member-side.ts';

/**
 * Moves the mark of what has reached a member's devices: it only rises, and what was read was delivered, so that such a
 * mark costs no write. In a large conversation nobody is told, nor by whoever keeps their
 * receipts to themselves.
 * Throws `conversation.not_found` or `message.seq_out_of_range`.
 */
export async function markDelivered(
  userId: string,
  { convo_id: convoId, seq_no: seq }: { readonly convo_id: string; readonly seq_no: number },
  deps: { conversations: ConversationStore; users: Pick<UserStore, 'get'> },
): Promise<MemberNews<MessageDelivery>> {
  const { conversations } = deps;
  const { membership, conversation } = await memberSide(userId, convoId, conversations);
  assertReached(conversation, seq);
  const { deliveredSeq } = receiptOf(conversation, membership);
  const event = {
    type: 'message.delivery',
    convo_id: convoId,
    user_id: userId,
    seq_no: Math.max(seq, deliveredSeq),
  } as const;
  const advanced = seq > deliveredSeq && (await conversations.advanceDeliveredSeq(userId, convoId, seq));
  if (!advanced) return { event, audience: [] };
  return {
    event,
    audience: (await toldOf(userId, 'read_receipts', conversation, deps, limits.receiptAudienceMax)) ?? [],
  };
}
