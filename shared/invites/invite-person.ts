import type { InviteRequest } from '../../events/membership-contracts.ts';
import type { InviteView } from '../../events/server-frames.ts';
import type { Backoff } from '../backoff.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { type Clock, epochSeconds, isoTime } from '../clock.ts';
import { assertNotBanned, type ComeInDeps } from '../conversations/come-in.ts';
import type { Conversation, Membership } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import { type AnnounceInviteDeps, announceInvite } from './announce-invite.ts';
import type { Invite, InviteStore } from './invite-store.ts';
import { inviteViews } from './invite-view.ts';
import { assertMayLetIn, inviterSide } from './inviter.ts';
import { keptInvites, stands } from './list-invites.ts';

interface Deps extends AnnounceInviteDeps {
  readonly invites: InviteStore;
  readonly conversations: Pick<ConversationStore, 'membership' | 'membershipsIn' | 'get' | 'details'>;
  readonly changes: ComeInDeps['changes'];
  readonly users: Pick<UserStore, 'get' | 'getMany'>;
  readonly blocks: Pick<BlockStore, 'between'>;
  readonly clock: Clock;
  readonly backoff: Backoff;
}

interface Side {
  readonly conversation: Conversation;
  readonly membership: Membership;
}

const attemptsMax = 5;

/**
 * Invites somebody, who may accept or decline. Somebody who is invited already keeps that invitation, whose role only
 * whoever made it may change; `created` is false then.
 *
 * Throws `conversation.not_found`, `conversation.direct`, `conversation.forbidden`, `conversation.archived`;
 * `request.invalid` for who is in it; `user.not_found` for who is missing, erased, a bot, or has a block with the inviter;
 * `conversation.banned`; `invite.declined` for `limits.inviteDeclinedSeconds` after they declined; `invite.limit_reached`.
 * That limit is counted by reading first, so that invitations made at the same moment may pass it by a few.
 */
export async function invitePerson(
  inviterId: string,
  convoId: string,
  { user_id: userId, role }: InviteRequest,
  deps: Deps,
): Promise<{ view: InviteView; created: boolean }> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const side = await inviterSide(inviterId, convoId, deps.conversations);
    assertMayLetIn(side, role);
    await assertInvitable(side, userId, deps);
    const before = await deps.invites.get(convoId, userId);
    const open = before && (await isOpen(before, side.conversation, deps)) ? before : undefined;
    if (open && (open.invitedBy !== inviterId || open.role === role))
      return { view: await viewOf(open, side.conversation, deps), created: false };
    if (!open) await assertRoom(side.conversation, deps);
    const invite = open
      ? { ...open, role }
      : { convoId, userId, role, invitedBy: inviterId, createdAt: isoTime(deps.clock.now()) };
    const outcome = await deps.invites.put(invite, before, side.membership, deps.clock.now());
    if (outcome === 'written') {
      const view = await announceInvite(invite, 'pending', side.conversation, deps);
      return { view, created: !open };
    }
    if (attempt < attemptsMax) await deps.backoff.wait(attempt);
  }
  throw new AppError('unavailable', 'this conversation changes too fast');
}

async function assertInvitable(
  { conversation: { convoId }, membership: inviter }: Side,
  userId: string,
  deps: Deps,
): Promise<void> {
  const [member, profile, blocked] = await Promise.all([
    deps.conversations.membership(userId, convoId, { consistent: true }),
    deps.users.get(userId),
    deps.blocks.between(inviter.userId, [userId]),
  ]);
  if (member) throw new AppError('request.invalid', 'user_id: is in it already');
  const isThere = profile && profile.deletedAt === undefined && profile.botOf === undefined;
  if (!isThere || blocked.has(userId)) throw new AppError('user.not_found');
  await assertNotBanned(userId, convoId, deps);
}

/** Whether an invitation can be accepted as it is. Throws `invite.declined` for one that was declined lately. */
async function isOpen(invite: Invite, conversation: Conversation, deps: Deps): Promise<boolean> {
  const { declinedUntil } = invite;
  if (declinedUntil === undefined) return await stands(invite, conversation, deps.conversations);
  if (declinedUntil <= epochSeconds(deps.clock.now())) return false;
  throw new AppError('invite.declined', `they can be asked again from ${isoTime(declinedUntil * 1_000)}`);
}

async function assertRoom(conversation: Conversation, deps: Deps): Promise<void> {
  const kept = await keptInvites(conversation, deps);
  if (kept.length >= limits.invitesPerConversationMax)
    throw new AppError('invite.limit_reached', `at most ${limits.invitesPerConversationMax} can be open`);
}

async function viewOf(invite: Invite, conversation: Conversation, deps: Deps): Promise<InviteView> {
  const [view] = await inviteViews([{ invite, conversation }], 'pending', deps);
  if (!view) throw new Error(`there is an invitation to the direct conversation ${invite.convoId}`);
  return view;
}
