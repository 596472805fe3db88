import type { MessageView } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { memberSide } from '../conversations/member-side.ts';
import { messageView } from './message.ts';
import type { MessageStore } from './message-store.ts';

/** The pinned messages, in the order of pinning. Throws `conversation.not_found`, foreign and missing alike. */
export async function readPins(
  userId: string,
  convoId: string,
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'membership' | 'pins'>;
    messages: Pick<MessageStore, 'many'>;
  },
): Promise<{ messages: MessageView[] }> {
  await memberSide(userId, convoId, deps.conversations);
  const seqs = await deps.conversations.pins(convoId);
  const messages = await deps.messages.many(convoId, seqs);
  const bySeq = new Map(messages.map((message) => [message.seq, messageView(message)]));
  // One may have lost its pin between the two reads.
  return { messages: seqs.flatMap((seq) => bySeq.get(seq) ?? []).filter(({ pinned }) => pinned) };
}
