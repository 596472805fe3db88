/** Invitations to this person, as pure steps. */
import type { InviteView } from '../../events/server-frames.ts';

/** Conversation → the last that was heard of an invitation to it; those that are over stay, so that nothing late revives them. */
export type InviteMap = ReadonlyMap<string, InviteView>;

/** An invitation only goes from pending to its end; another one to the same conversation is later. */
export function withInvite(invites: InviteMap, invite: InviteView): InviteMap {
  const held = invites.get(invite.convo_id);
  const isOlder = held !== undefined && Date.parse(invite.created_at) < Date.parse(held.created_at);
  const isSame = held?.created_at === invite.created_at;
  if (isOlder || (isSame && held?.state !== 'pending')) return invites;
  return new Map(invites).set(invite.convo_id, invite);
}

/** It is over, one way or the other. */
export function withoutInvite(
  invites: InviteMap,
  convoId: string,
  state: 'accepted' | 'declined' | 'withdrawn',
): InviteMap {
  const held = invites.get(convoId);
  return held?.state === 'pending' ? new Map(invites).set(convoId, { ...held, state }) : invites;
}

/** The latest first. */
export function pendingInvites(invites: InviteMap): InviteView[] {
  return [...invites.values()]
    .filter(({ state }) => state === 'pending')
    .sort((left, right) => Date.parse(right.created_at) - Date.parse(left.created_at));
}
