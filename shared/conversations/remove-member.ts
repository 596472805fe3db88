import { AppError } from '../errors.ts';
import { type ChangeDeps, type Changed, changeConversation } from './change-conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { leaveConversation } from './leave-conversation.ts';
import { assertOutranks, permittedCaller } from './permitted-caller.ts';

interface Deps extends ChangeDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'roster' | 'membership' | 'standing'>;
}

/**
 * Takes somebody out of a conversation, who keeps what was there until then; taking oneself out is leaving. Whoever was in
 * it and is gone, is gone.
 *
 * Throws `conversation.not_found`, `conversation.direct`, `conversation.forbidden`, `conversation.last_owner` and
 * `member.not_found` for somebody who never was a member.
 */
export async function removeMember(
  callerId: string,
  convoId: string,
  userId: string,
  deps: Deps,
): Promise<Changed | 'unchanged'> {
  if (userId === callerId) return await leaveConversation(callerId, convoId, deps);
  return await changeConversation(
    convoId,
    async (conversation) => {
      const caller = await permittedCaller(callerId, 'member.remove', conversation, deps.conversations);
      const standing = await deps.conversations.standing(userId, convoId);
      if (!standing) throw new AppError('member.not_found', `members: ${userId} is not in it`);
      if (standing.left) return undefined;
      assertOutranks(caller.role, standing.role);
      return {
        line: { actorId: callerId, system: { code: 'member.removed', params: { user_id: userId } } },
        left: [{ userId, state: 'removed' }],
      };
    },
    deps,
  );
}
