import { AppError } from '../errors.ts';
import type { Conversation, Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

/** A conversation and one member's side of it. Throws `conversation.not_found`, foreign or missing alike. */
export async function memberSide(
  userId: string,
  convoId: string,
  conversations: Pick<ConversationStore, 'membership' | 'get'>,
  options: { readonly consistent?: boolean } = {},
): Promise<{ membership: Membership; conversation: Conversation }> {
  const [membership, conversation] = await Promise.all([
    conversations.membership(userId, convoId, options),
    conversations.get(convoId),
  ]);
  if (!membership || !conversation) throw new AppError('conversation.not_found');
  return { membership, conversation };
}

/** Throws `message.seq_out_of_range` for a number that no message has yet. */
export function assertReached(conversation: Conversation, seq: number): void {
  if (seq <= conversation.seq) return;
  throw new AppError('message.seq_out_of_range', `seq_no: the last message is ${conversation.seq}`);
}
