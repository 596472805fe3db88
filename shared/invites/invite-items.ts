/** How invitations and links stand in the table; shapes in conversation-keys.ts. */
import {
  inviteKey,
  inviteLinkKey,
  linkTokenKey,
  receivedInviteKey,
} from '../conversations/conversation-keys.ts';
import type { Invite, InvitedRole, InviteLink } from './invite-store.ts';

type Item = Record<string, unknown>;

/** As the conversation keeps it, and as the invited person finds it. */
export function inviteItems(invite: Invite): [Item, Item] {
  const attributes = {
    convo_id: invite.convoId,
    user_id: invite.userId,
    role: invite.role,
    invited_by: invite.invitedBy,
    created_at: invite.createdAt,
  };
  return [
    { ...inviteKey(invite.convoId, invite.userId), ...attributes },
    { ...receivedInviteKey(invite.userId, invite.convoId), ...attributes },
  ];
}

export function toInvite(item: Item): Invite {
  return {
    convoId: String(item.convo_id),
    userId: String(item.user_id),
    role: item.role as InvitedRole,
    invitedBy: String(item.invited_by),
    createdAt: String(item.created_at),
    ...(item.declined_until !== undefined && { declinedUntil: Number(item.declined_until) }),
  };
}

/** The link, and the way to it from its token. */
export function linkItems(link: InviteLink): [Item, Item] {
  const { convoId, linkId, tokenHash } = link;
  return [
    {
      ...inviteLinkKey(convoId, linkId),
      convo_id: convoId,
      link_id: linkId,
      token_hash: tokenHash,
      role: link.role,
      uses: link.uses,
      max_uses: link.maxUses,
      expires_at: link.expiresAt,
      created_by: link.createdBy,
      created_at: link.createdAt,
    },
    { ...linkTokenKey(tokenHash), convo_id: convoId, link_id: linkId },
  ];
}

export function toLink(item: Item): InviteLink {
  return {
    convoId: String(item.convo_id),
    linkId: String(item.link_id),
    tokenHash: String(item.token_hash),
    role: item.role as InvitedRole,
    uses: Number(item.uses),
    ...(item.max_uses !== undefined && { maxUses: Number(item.max_uses) }),
    expiresAt: Number(item.expires_at),
    createdBy: String(item.created_by),
    createdAt: String(item.created_at),
  };
}

/** The row is this very invitation, and stands as it was read. */
export function unchangedInvite(invite: Invite | undefined) {
  if (!invite) return { ConditionExpression: 'attribute_not_exists(pk)' };
  const { role, invitedBy, createdAt, declinedUntil } = invite;
  const declined =
    declinedUntil === undefined ? 'attribute_not_exists(declined_until)' : 'declined_until = :declined_until';
  return {
    ConditionExpression: `#role = :role AND invited_by = :invited_by AND created_at = :created_at AND ${declined}`,
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':role': role,
      ':invited_by': invitedBy,
      ':created_at': createdAt,
      ...(declinedUntil !== undefined && { ':declined_until': declinedUntil }),
    },
  };
}
