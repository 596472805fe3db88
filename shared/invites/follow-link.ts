import type * as z from 'zod/mini';
import type { inviteLinkPreview } from '../../events/membership-contracts.ts';
import { type Clock, epochSeconds, isoTime } from '../clock.ts';
import { type ChangeDeps, type Changed, changeConversation } from '../conversations/change-conversation.ts';
import { type ComeInDeps, comeIn } from '../conversations/come-in.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { personView, tombstone } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { isUsable } from './invite-links.ts';
import type { InviteLink, InviteStore } from './invite-store.ts';
import { stands } from './list-invites.ts';

interface PreviewDeps {
  readonly invites: Pick<InviteStore, 'link'>;
  readonly conversations: Pick<ConversationStore, 'get' | 'membership' | 'details'>;
  readonly users: Pick<UserStore, 'getMany'>;
  readonly clock: Clock;
}

/**
 * What whoever holds a link may know before they come in. Throws `invite.not_found` for one that does not work, whatever
 * the reason: unknown, expired, used up, revoked, made by somebody who may not invite any more, or to an archived
 * conversation.
 */
export async function previewInviteLink(
  token: string,
  deps: PreviewDeps,
): Promise<z.infer<typeof inviteLinkPreview>> {
  const link = await deps.invites.link(sha256(token));
  const conversation = link && (await deps.conversations.get(link.convoId));
  if (!conversation || conversation.type === 'direct' || !(await works(link, conversation, deps)))
    throw new AppError('invite.not_found');
  const { convoId, type, title, memberCount, hasDetails } = conversation;
  const [details, [creator]] = await Promise.all([
    deps.conversations.details(hasDetails ? [convoId] : []),
    deps.users.getMany([link.createdBy]),
  ]);
  return {
    type,
    title,
    topic: details.get(convoId)?.topic ?? null,
    member_count: memberCount,
    role: link.role,
    invited_by: personView(creator ?? tombstone(link.createdBy, link.createdAt)),
    expires_at: isoTime(link.expiresAt * 1_000),
  };
}

interface AcceptDeps extends ChangeDeps {
  readonly invites: Pick<InviteStore, 'link'>;
  readonly conversations: ChangeDeps['conversations'] & Pick<ConversationStore, 'membership'>;
  readonly changes: ChangeDeps['changes'] & ComeInDeps['changes'];
}

/**
 * Comes in by a link and counts as one of its uses, in one transaction: of those who race for the last one, one gets in.
 * For whoever is in it already nothing changes, and it is not used. Throws `invite.not_found` as `previewInviteLink` does;
 * `conversation.banned`, `conversation.full`, `unavailable`.
 */
export async function acceptInviteLink(
  userId: string,
  token: string,
  deps: AcceptDeps,
): Promise<{ convoId: string; changed: Changed | 'unchanged' }> {
  const tokenHash = sha256(token);
  const found = await deps.invites.link(tokenHash);
  if (!found) throw new AppError('invite.not_found');
  const { convoId } = found;
  const changed = await changeConversation(
    convoId,
    async (conversation) => {
      // Before the link is looked at: whoever took its last use and did not hear of it is in.
      if (await deps.conversations.membership(userId, convoId, { consistent: true })) return undefined;
      const link = await deps.invites.link(tokenHash);
      if (!link || !(await works(link, conversation, deps))) throw new AppError('invite.not_found');
      const { linkId, role } = link;
      const nowSeconds = epochSeconds(deps.clock.now());
      const entrance = { kind: 'link' as const, linkId, nowSeconds };
      return await comeIn(conversation, { userId, role, entrance }, deps);
    },
    deps,
  );
  return { convoId, changed };
}

async function works(
  link: InviteLink,
  conversation: Conversation,
  {
    conversations,
    clock,
  }: { readonly conversations: Pick<ConversationStore, 'membership'>; readonly clock: Clock },
): Promise<boolean> {
  if (conversation.archivedAt !== undefined || !isUsable(link, clock.now())) return false;
  const { convoId, createdBy: invitedBy, role } = link;
  return await stands({ convoId, invitedBy, role }, conversation, conversations);
}
