import type { ChangesResponse } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { side } from '../conversations/reading-window.ts';
import { limits } from '../limits.ts';
import { asSeenIn } from './as-of.ts';
import { messageView } from './message.ts';
import type { MessageStore } from './message-store.ts';

/**
 * The messages that changed after `since_rev`, in their present state: at most `limit` changes, several of one message
 * are one entry. `rev` is how far the page goes; a message in it may have changed again since, and comes again then.
 * Changes of messages that the reader cannot see count, and are not in it; whoever left reads up to their leaving.
 * Throws `conversation.not_found`, foreign and missing alike.
 */
export async function readChanges(
  userId: string,
  convoId: string,
  query: { since_rev: number; limit?: number | undefined },
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'standing'>;
    messages: Pick<MessageStore, 'changedSince' | 'many' | 'versions'>;
  },
): Promise<ChangesResponse> {
  const { since_rev: since, limit = limits.historyPageDefault } = query;
  const { window } = await side(userId, convoId, deps.conversations);
  if (since >= window.rev) return { messages: [], rev: window.rev, last_rev: window.rev, has_more: false };
  // Change numbers have no gaps, so that so many of them do not go beyond a leaving.
  const atMost = window.asOf ? Math.min(limit, window.rev - since) : limit;
  const { seqs, rev, hasMore } = await deps.messages.changedSince(convoId, since, atMost);
  // One that came after the conversation was read stays in: its number is passed with this page.
  const visible = seqs.filter((seq) => seq > window.from);
  const found = await deps.messages.many(convoId, visible);
  const messages = await asSeenIn(window, found, deps.messages);
  return {
    messages: messages.map(messageView),
    rev,
    last_rev: Math.max(window.rev, rev),
    has_more: window.asOf ? rev < window.rev : hasMore,
  };
}
