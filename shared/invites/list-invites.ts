import pMap from 'p-map';
import type { InviteView } from '../../events/server-frames.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Invite, InviteStore } from './invite-store.ts';
import { inviteViews } from './invite-view.ts';
import { inviterSide, mayInviteAs } from './inviter.ts';

interface PendingDeps {
  readonly invites: Pick<InviteStore, 'pendingOf'>;
  readonly conversations: Pick<ConversationStore, 'getMany' | 'details' | 'membership'>;
  readonly users: Pick<UserStore, 'getMany'>;
  readonly blocks: Pick<BlockStore, 'between'>;
}

/**
 * Somebody's open invitations, as they can be accepted now: not those of whom they block or who may not invite any more,
 * and none to a conversation that is archived.
 */
export async function pendingInvites(userId: string, deps: PendingDeps): Promise<InviteView[]> {
  const invites = await deps.invites.pendingOf(userId);
  if (invites.length === 0) return [];
  const [conversations, blocked] = await Promise.all([
    deps.conversations.getMany(invites.map(({ convoId }) => convoId)),
    deps.blocks.between(
      userId,
      invites.map(({ invitedBy }) => invitedBy),
    ),
  ]);
  const byId = new Map(conversations.map((conversation) => [conversation.convoId, conversation]));
  const open = await pMap(
    invites.filter(({ invitedBy }) => !blocked.has(invitedBy)),
    async (invite) => {
      const conversation = byId.get(invite.convoId);
      if (!conversation || conversation.archivedAt !== undefined) return [];
      return (await stands(invite, conversation, deps.conversations)) ? [{ invite, conversation }] : [];
    },
    { concurrency: 8 },
  );
  return await inviteViews(open.flat(), 'pending', deps);
}

/** Whether whoever invited still may. Strongly consistent. */
export async function stands(
  { convoId, invitedBy, role }: Pick<Invite, 'convoId' | 'invitedBy' | 'role'>,
  conversation: Conversation,
  conversations: Pick<ConversationStore, 'membership'>,
): Promise<boolean> {
  const inviter = await conversations.membership(invitedBy, convoId, { consistent: true });
  return mayInviteAs(conversation, inviter, role);
}

interface ListDeps {
  readonly invites: Pick<InviteStore, 'listOf' | 'forget'>;
  readonly conversations: Pick<ConversationStore, 'membership' | 'membershipsIn' | 'get' | 'details'>;
  readonly users: Pick<UserStore, 'getMany'>;
  readonly clock: Clock;
}

/**
 * The open invitations of a conversation, for those who may invite.
 * Throws `conversation.not_found`, `conversation.direct` or `conversation.forbidden`.
 */
export async function conversationInvites(
  userId: string,
  convoId: string,
  deps: ListDeps,
): Promise<InviteView[]> {
  const { conversation } = await inviterSide(userId, convoId, deps.conversations);
  const kept = await keptInvites(conversation, deps);
  const pending = kept.filter(({ declinedUntil }) => declinedUntil === undefined);
  return await inviteViews(
    pending.map((invite) => ({ invite, conversation })),
    'pending',
    deps,
  );
}

/**
 * The invitations of a conversation that mean something: those that stand, and those declined that keep others from being
 * made. What means nothing any more is forgotten on the way: whoever made it may not, the invited person erased their
 * account, or it was declined long ago.
 */
export async function keptInvites(
  conversation: Conversation,
  {
    invites,
    conversations,
    users,
    clock,
  }: Pick<ListDeps, 'invites' | 'users' | 'clock'> & {
    readonly conversations: Pick<ConversationStore, 'membershipsIn'>;
  },
): Promise<Invite[]> {
  const { convoId } = conversation;
  const all = await invites.listOf(convoId);
  const [inviters, invited] = await Promise.all([
    conversations.membershipsIn(
      convoId,
      all.map(({ invitedBy }) => invitedBy),
    ),
    users.getMany(all.map(({ userId }) => userId)),
  ]);
  const byId = new Map(inviters.map((inviter) => [inviter.userId, inviter]));
  const erased = new Set(invited.flatMap(({ userId, deletedAt }) => (deletedAt ? [userId] : [])));
  const now = epochSeconds(clock.now());
  const means = ({ userId, declinedUntil, invitedBy, role }: Invite) =>
    declinedUntil === undefined
      ? !erased.has(userId) && mayInviteAs(conversation, byId.get(invitedBy), role)
      : declinedUntil > now;
  await invites.forget(all.filter((invite) => !means(invite)));
  return all.filter(means);
}
