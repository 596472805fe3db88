import type { BlockStore } from '../blocks/block-store.ts';
import { type ChangeDeps, type Changed, changeConversation } from '../conversations/change-conversation.ts';
import { type ComeInDeps, comeIn } from '../conversations/come-in.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import type { Invite, InviteStore } from './invite-store.ts';
import { stands } from './list-invites.ts';

interface Deps extends ChangeDeps {
  readonly invites: Pick<InviteStore, 'get'>;
  readonly conversations: ChangeDeps['conversations'] & Pick<ConversationStore, 'membership'>;
  readonly changes: ChangeDeps['changes'] & ComeInDeps['changes'];
  readonly blocks: Pick<BlockStore, 'between'>;
}

interface Accepted {
  readonly changed: Changed;
  readonly invite: Invite;
}

/**
 * Comes in by an invitation, which is used up by that. `unchanged` for whoever is in it already, so that repeating it is
 * harmless. Throws `invite.not_found` for all that cannot be accepted now: there is none, it was declined or withdrawn,
 * whoever made it may not invite any more or has a block with the person, the conversation is archived;
 * `conversation.banned`, `conversation.full`, `unavailable`.
 */
export async function acceptInvite(
  userId: string,
  convoId: string,
  deps: Deps,
): Promise<Accepted | 'unchanged'> {
  if (!(await deps.invites.get(convoId, userId))) await assertMember(userId, convoId, deps);
  const invites: Invite[] = [];
  const changed = await changeConversation(
    convoId,
    async (conversation) => {
      if (await deps.conversations.membership(userId, convoId, { consistent: true })) return undefined;
      const invite = await acceptable(userId, conversation, deps);
      invites.push(invite);
      const entrance = { kind: 'invite' as const, userId, role: invite.role };
      return await comeIn(conversation, { userId, role: invite.role, entrance }, deps);
    },
    deps,
  );
  const used = invites.at(-1);
  return changed === 'unchanged' || !used ? 'unchanged' : { changed, invite: used };
}

/** A conversation that one was never invited to looks like none. */
async function assertMember(userId: string, convoId: string, { conversations }: Deps): Promise<void> {
  const membership = await conversations.membership(userId, convoId, { consistent: true });
  if (!membership) throw new AppError('invite.not_found');
}

async function acceptable(userId: string, conversation: Conversation, deps: Deps): Promise<Invite> {
  const invite = await deps.invites.get(conversation.convoId, userId);
  if (!invite || invite.declinedUntil !== undefined || conversation.archivedAt !== undefined)
    throw new AppError('invite.not_found');
  const [isGood, blocked] = await Promise.all([
    stands(invite, conversation, deps.conversations),
    deps.blocks.between(userId, [invite.invitedBy]),
  ]);
  if (!isGood || blocked.size > 0) throw new AppError('invite.not_found');
  return invite;
}
