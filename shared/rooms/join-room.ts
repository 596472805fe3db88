import { type ChangeDeps, type Changed, changeConversation } from '../conversations/change-conversation.ts';
import { type ComeInDeps, comeIn } from '../conversations/come-in.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';

interface JoinRoomDeps extends ChangeDeps {
  readonly conversations: ChangeDeps['conversations'] & Pick<ConversationStore, 'membership'>;
  readonly changes: ChangeDeps['changes'] & ComeInDeps['changes'];
}

/**
 * Comes into a public room. Whoever is in it already stays as they are.
 * Throws `conversation.not_found` for all that is no room or is archived, as if there were nothing; `conversation.banned`,
 * `conversation.full`, `unavailable`.
 */
export async function joinRoom(
  userId: string,
  convoId: string,
  deps: JoinRoomDeps,
): Promise<Changed | 'unchanged'> {
  return await changeConversation(
    convoId,
    async (conversation) => {
      if (conversation.type !== 'room') throw new AppError('conversation.not_found');
      if (await deps.conversations.membership(userId, convoId, { consistent: true })) return undefined;
      if (conversation.archivedAt !== undefined) throw new AppError('conversation.not_found');
      return await comeIn(conversation, { userId, role: 'member' }, deps);
    },
    deps,
  );
}
