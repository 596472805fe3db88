import { type Clock, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { ConversationStore } from './conversation-store.ts';

/** Until it is taken back. */
export const forever = '9999-12-31T23:59:59.999Z';

/**
 * No notifications from a conversation until then; null: until it is taken back; undefined: notifications again. It is one
 * person's own setting, and nobody else hears of it. Throws `conversation.not_found`, and `request.invalid` for a time that is
 * over.
 */
export async function muteConversation(
  userId: string,
  convoId: string,
  until: string | null | undefined,
  { conversations, clock }: { conversations: Pick<ConversationStore, 'mute'>; clock: Clock },
): Promise<void> {
  const mutedUntil = until === null ? forever : until && isoTime(Date.parse(until));
  if (mutedUntil !== undefined && Date.parse(mutedUntil) <= clock.now()) {
    throw new AppError('request.invalid', 'until: must be in the future');
  }
  const isMember = await conversations.mute(userId, convoId, mutedUntil);
  if (!isMember) throw new AppError('conversation.not_found');
}
