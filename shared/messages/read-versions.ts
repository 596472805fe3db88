import type { ConversationStore } from '../conversations/conversation-store.ts';
import { memberSide } from '../conversations/member-side.ts';
import { AppError } from '../errors.ts';
import type { MessageStore } from './message-store.ts';

/**
 * What a message said and since when, the oldest first and the present text last; of many texts only the last few are
 * kept. Throws `conversation.not_found`, foreign and missing alike, or `message.not_found` for one that there is not or
 * that was deleted.
 */
export async function readVersions(
  userId: string,
  convoId: string,
  seq: number,
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'membership'>;
    messages: Pick<MessageStore, 'many' | 'versions'>;
  },
): Promise<{ versions: { content: string; created_at: string }[] }> {
  const { conversation } = await memberSide(userId, convoId, deps.conversations);
  if (seq < 1 || seq > conversation.seq) throw new AppError('message.not_found');
  const [[message], former] = await Promise.all([
    deps.messages.many(convoId, [seq]),
    deps.messages.versions(convoId, seq),
  ]);
  if (!message || message.deletedAt !== undefined) throw new AppError('message.not_found');
  const present = { content: message.content, createdAt: message.editedAt ?? message.createdAt };
  return {
    versions: [...former, present].map(({ content, createdAt }) => ({ content, created_at: createdAt })),
  };
}
