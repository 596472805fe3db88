import type { ConversationStore } from '../conversations/conversation-store.ts';
import { isWithin, side } from '../conversations/reading-window.ts';
import { AppError } from '../errors.ts';
import { textsAsOf, withFormerTexts } from './as-of.ts';
import type { FormerText, Message } from './message.ts';
import type { MessageStore } from './message-store.ts';

/**
 * What a message said and since when, the oldest first and the present text last, or the one that it had when the reader
 * left; of many texts only the last few are kept. Throws `conversation.not_found`, foreign and missing alike, or
 * `message.not_found` for one that there is not, that was deleted or that the reader cannot see.
 */
export async function readVersions(
  userId: string,
  convoId: string,
  seq: number,
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'standing'>;
    messages: Pick<MessageStore, 'many' | 'versions'>;
  },
): Promise<{ versions: { content: string; created_at: string }[] }> {
  const { window } = await side(userId, convoId, deps.conversations);
  if (!isWithin(window, seq)) throw new AppError('message.not_found');
  const [found] = await deps.messages.many(convoId, [seq]);
  if (!found) throw new AppError('message.not_found');
  const { message, former } = await withFormerTexts(found, deps.messages);
  if (message.deletedAt !== undefined) throw new AppError('message.not_found');
  const texts = window.asOf ? textsAsOf(message, window.asOf, former) : [...former, present(message)];
  return { versions: texts.map(({ content, createdAt }) => ({ content, created_at: createdAt })) };
}

function present({ content, createdAt, editedAt }: Message): FormerText {
  return { content, createdAt: editedAt ?? createdAt };
}
