import type { Conversation, Membership } from '../conversations/conversation.ts';
import { capabilitiesOf } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { memberSide } from '../conversations/member-side.ts';
import { AppError } from '../errors.ts';
import type { InvitedRole } from './invite-store.ts';

/**
 * Whether somebody with this side of a conversation may let others in as that: who may invite at all, and admins only if
 * they may give roles. That it is archived is another matter.
 */
export function mayInviteAs(
  conversation: Conversation,
  inviter: Pick<Membership, 'role'> | undefined,
  role: InvitedRole,
): boolean {
  if (!inviter) return false;
  const { archivedAt: _, ...open } = conversation;
  const capabilities = capabilitiesOf(open, inviter.role);
  return (
    capabilities.includes('invite.create') && (role === 'member' || capabilities.includes('role.change'))
  );
}

/**
 * A conversation and the side of somebody who may invite to it, archived or not.
 * Throws `conversation.not_found`, `conversation.direct` or `conversation.forbidden`.
 */
export async function inviterSide(
  userId: string,
  convoId: string,
  conversations: Pick<ConversationStore, 'membership' | 'get'>,
): Promise<{ conversation: Conversation; membership: Membership }> {
  const side = await memberSide(userId, convoId, conversations, { consistent: true });
  if (side.conversation.type === 'direct') throw new AppError('conversation.direct');
  if (!mayInviteAs(side.conversation, side.membership, 'member'))
    throw new AppError('conversation.forbidden');
  return side;
}

/** Throws `conversation.archived`, or `conversation.forbidden` for a role that they may not give. */
export function assertMayLetIn(
  { conversation, membership }: { conversation: Conversation; membership: Membership },
  role: InvitedRole,
): void {
  if (conversation.archivedAt !== undefined) throw new AppError('conversation.archived');
  if (!mayInviteAs(conversation, membership, role))
    throw new AppError('conversation.forbidden', 'role: only an owner lets admins in');
}
