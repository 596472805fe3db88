import type { ChangesResponse } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { memberSide } from '../conversations/member-side.ts';
import { limits } from '../limits.ts';
import { messageView } from './message.ts';
import type { MessageStore } from './message-store.ts';

/**
 * The messages that changed after `since_rev`, in their present state: at most `limit` changes, several of one message
 * are one entry. `rev` is how far the page goes; a message in it may have changed again since, and comes again then.
 * Throws `conversation.not_found`, foreign and missing alike.
 */
export async function readChanges(
  userId: string,
  convoId: string,
  query: { since_rev: number; limit?: number | undefined },
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'membership'>;
    messages: Pick<MessageStore, 'changedSince' | 'many'>;
  },
): Promise<ChangesResponse> {
  const { since_rev: since, limit = limits.historyPageDefault } = query;
  const { conversation } = await memberSide(userId, convoId, deps.conversations);
  if (since >= conversation.rev) {
    return { messages: [], rev: conversation.rev, last_rev: conversation.rev, has_more: false };
  }
  const { seqs, rev, hasMore } = await deps.messages.changedSince(convoId, since, limit);
  const messages = await deps.messages.many(convoId, seqs);
  return {
    messages: messages.map(messageView),
    rev,
    last_rev: Math.max(conversation.rev, rev),
    has_more: hasMore,
  };
}
