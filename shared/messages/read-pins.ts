import type { MessageView } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { isWithin, side } from '../conversations/reading-window.ts';
import { asSeenIn } from './as-of.ts';
import { messageView } from './message.ts';
import type { MessageStore } from './message-store.ts';

/**
 * The pinned messages that the reader can see, in the order of pinning; for whoever left those of them that did not change
 * since. Throws `conversation.not_found`, foreign and missing alike.
 */
export async function readPins(
  userId: string,
  convoId: string,
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'standing' | 'pins'>;
    messages: Pick<MessageStore, 'many' | 'versions'>;
  },
): Promise<{ messages: MessageView[] }> {
  const { window } = await side(userId, convoId, deps.conversations);
  const pinned = await deps.conversations.pins(convoId);
  const seqs = pinned.filter((seq) => isWithin(window, seq));
  const found = await deps.messages.many(convoId, seqs);
  const messages = await asSeenIn(window, found, deps.messages);
  const bySeq = new Map(messages.map((message) => [message.seq, messageView(message)]));
  // One may have lost its pin between the two reads.
  return { messages: seqs.flatMap((seq) => bySeq.get(seq) ?? []).filter((message) => message.pinned) };
}
