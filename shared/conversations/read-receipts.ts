import type { ReceiptsResponse } from '../../events/http-contracts.ts';
import { limits } from '../limits.ts';
import { hides } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { smallAudience } from './audience.ts';
import { type Conversation, receiptOf } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { memberSide } from './member-side.ts';

/**
 * How far each member has got, in the order of their ids, but for those who keep it to themselves: they are not shown and
 * see nobody else. In a large conversation, and in one that a block silences, it is the caller alone.
 * Throws `conversation.not_found`.
 */
export async function readReceipts(
  userId: string,
  convoId: string,
  deps: { conversations: ConversationStore; users: Pick<UserStore, 'getMany'> },
): Promise<ReceiptsResponse> {
  const { conversations } = deps;
  const { membership, conversation } = await memberSide(userId, convoId, conversations, { consistent: true });
  const shown = await whoShows(userId, conversation, deps);
  const memberships = shown ? await conversations.membershipsIn(convoId, shown) : [membership];
  const receipts = memberships.map((one) => {
    const { readSeq, deliveredSeq } = receiptOf(conversation, one);
    return { user_id: one.userId, read_seq: readSeq, delivered_seq: deliveredSeq };
  });
  return { receipts: receipts.sort((a, b) => (a.user_id < b.user_id ? -1 : 1)) };
}

/** Whose receipts the caller may see, their own included; undefined: nobody else's. Half a read unit for each member. */
async function whoShows(
  userId: string,
  conversation: Conversation,
  { conversations, users }: Parameters<typeof readReceipts>[2],
): Promise<string[] | undefined> {
  if (conversation.silencedBy) return undefined;
  const everybody = await smallAudience(conversation, conversations, limits.receiptAudienceMax);
  if (!everybody) return undefined;
  const profiles = await users.getMany(everybody);
  const showing = profiles.filter((profile) => !hides(profile, 'read_receipts')).map((one) => one.userId);
  return showing.includes(userId) ? showing : undefined;
}
