import type { ReceiptsResponse } from '../../events/http-contracts.ts';
import { smallAudience } from './audience.ts';
import { receiptOf } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { memberSide } from './member-side.ts';

/**
 * How far each member has got, in the order of their ids; in a large conversation the caller alone.
 * Throws `conversation.not_found`.
 */
export async function readReceipts(
  userId: string,
  convoId: string,
  { conversations }: { conversations: ConversationStore },
): Promise<ReceiptsResponse> {
  const { membership, conversation } = await memberSide(userId, convoId, conversations);
  const everybody = await smallAudience(conversation, conversations);
  const memberships = everybody ? await conversations.membershipsIn(convoId, everybody) : [membership];
  const receipts = memberships.map((one) => {
    const { readSeq, deliveredSeq } = receiptOf(conversation, one);
    return { user_id: one.userId, read_seq: readSeq, delivered_seq: deliveredSeq };
  });
  return { receipts: receipts.sort((a, b) => (a.user_id < b.user_id ? -1 : 1)) };
}
