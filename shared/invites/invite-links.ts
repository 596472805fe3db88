import type { InviteLinkRequest, InviteLinkView } from '../../events/membership-contracts.ts';
import { type Clock, epochSeconds, isoTime } from '../clock.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import { type Ids, sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { InviteLink, InviteStore } from './invite-store.ts';
import { assertMayLetIn, inviterSide, mayInviteAs } from './inviter.ts';

interface Deps {
  readonly invites: Pick<InviteStore, 'links' | 'putLink' | 'removeLink'>;
  readonly conversations: Pick<ConversationStore, 'membership' | 'membershipsIn' | 'get'>;
  readonly clock: Clock;
}

const attemptsMax = 3;

/**
 * Makes a link that lets its holders in. Its token is in the answer and nowhere else.
 * Throws `conversation.not_found`, `conversation.direct`, `conversation.forbidden`, `conversation.archived` and
 * `invite.limit_reached`, which is counted by reading first: links made at the same moment may pass it by a few.
 */
export async function makeInviteLink(
  userId: string,
  convoId: string,
  request: InviteLinkRequest,
  deps: Deps & { readonly ids: Pick<Ids, 'secret'> },
): Promise<{ link: InviteLinkView; token: string }> {
  const { role, max_uses, expires_in_seconds } = request;
  const token = deps.ids.secret();
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const side = await inviterSide(userId, convoId, deps.conversations);
    assertMayLetIn(side, role);
    if ((await workingLinks(side.conversation, deps)).length >= limits.inviteLinksMax)
      throw new AppError('invite.limit_reached', `at most ${limits.inviteLinksMax} links can be open`);
    const now = deps.clock.now();
    const link: InviteLink = {
      convoId,
      ...identityOf(token),
      role,
      uses: 0,
      ...(max_uses != null && { maxUses: max_uses }),
      expiresAt: epochSeconds(now) + expires_in_seconds,
      createdBy: userId,
      createdAt: isoTime(now),
    };
    if (await deps.invites.putLink(link, side.membership)) return { link: linkView(link), token };
  }
  throw new AppError('unavailable', 'your role here is changing');
}

/** The name that a link has among people is the beginning of what is kept of its token, and tells nothing of it. */
function identityOf(token: string): Pick<InviteLink, 'linkId' | 'tokenHash'> {
  const tokenHash = sha256(token);
  return { tokenHash, linkId: `l_${tokenHash.slice(0, 26)}` };
}

/**
 * The links of a conversation that still work, the latest first, for those who may invite.
 * Throws `conversation.not_found`, `conversation.direct` or `conversation.forbidden`.
 */
export async function listInviteLinks(
  userId: string,
  convoId: string,
  deps: Deps,
): Promise<InviteLinkView[]> {
  const { conversation } = await inviterSide(userId, convoId, deps.conversations);
  const links = await workingLinks(conversation, deps);
  return links.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)).map(linkView);
}

/**
 * Makes a link useless; all who may invite may. Repeating it is harmless.
 * Throws `conversation.not_found`, `conversation.direct` or `conversation.forbidden`.
 */
export async function removeInviteLink(
  userId: string,
  convoId: string,
  linkId: string,
  deps: Deps,
): Promise<void> {
  await inviterSide(userId, convoId, deps.conversations);
  await deps.invites.removeLink(convoId, linkId);
}

/** Whether it lets anybody in by itself; who made it, and what became of the conversation, are other matters. */
export function isUsable({ uses, maxUses, expiresAt }: InviteLink, nowMs: number): boolean {
  return expiresAt > epochSeconds(nowMs) && (maxUses === undefined || uses < maxUses);
}

/** Those that work; the others are removed on the way, so that few are kept of a conversation. */
async function workingLinks(conversation: Conversation, deps: Deps): Promise<InviteLink[]> {
  const { convoId } = conversation;
  const links = await deps.invites.links(convoId);
  const creators = await deps.conversations.membershipsIn(
    convoId,
    links.map(({ createdBy }) => createdBy),
  );
  const byId = new Map(creators.map((creator) => [creator.userId, creator]));
  const works = (link: InviteLink) =>
    isUsable(link, deps.clock.now()) && mayInviteAs(conversation, byId.get(link.createdBy), link.role);
  const useless = links.filter((link) => !works(link));
  await Promise.all(useless.map(({ linkId }) => deps.invites.removeLink(convoId, linkId)));
  return links.filter(works);
}

function linkView(link: InviteLink): InviteLinkView {
  return {
    link_id: link.linkId,
    role: link.role,
    uses: link.uses,
    max_uses: link.maxUses ?? null,
    expires_at: isoTime(link.expiresAt * 1_000),
    created_by: link.createdBy,
    created_at: link.createdAt,
  };
}
