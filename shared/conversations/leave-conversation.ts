import { AppError } from '../errors.ts';
import { type ChangeDeps, type Changed, changeConversation } from './change-conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { assertNotLastOwner } from './permitted-caller.ts';

export interface LeaveDeps extends ChangeDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'roster' | 'standing'>;
}

/**
 * Takes somebody out of a conversation by their own wish. The last owner hands it over first, unless nobody else is in it:
 * an empty conversation stays as it is, and belongs to nobody. Whoever left already has left.
 *
 * Throws `conversation.not_found`, `conversation.direct` and `conversation.last_owner`.
 */
export async function leaveConversation(
  userId: string,
  convoId: string,
  deps: LeaveDeps,
): Promise<Changed | 'unchanged'> {
  return await changeConversation(
    convoId,
    async ({ type, memberCount }) => {
      const standing = await deps.conversations.standing(userId, convoId);
      if (!standing) throw new AppError('conversation.not_found');
      if (type === 'direct') throw new AppError('conversation.direct');
      if (standing.left) return undefined;
      if (standing.role === 'owner' && memberCount > 1) {
        await assertNotLastOwner(userId, convoId, deps.conversations);
      }
      return {
        line: { actorId: userId, system: { code: 'member.left', params: { user_id: userId } } },
        left: [{ userId, state: 'left' }],
      };
    },
    deps,
  );
}
