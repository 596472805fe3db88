import type { InviteView } from '../../events/server-frames.ts';
import type { Conversation, Details } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { type Person, personView, tombstone } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Invite } from './invite-store.ts';

export interface InviteViewDeps {
  readonly conversations: Pick<ConversationStore, 'details'>;
  readonly users: Pick<UserStore, 'getMany'>;
}

/** Some invitations with the conversations that they are to; those to a direct one, which there are none of, are left out. */
export async function inviteViews(
  invites: readonly { readonly invite: Invite; readonly conversation: Conversation }[],
  state: InviteView['state'],
  { conversations, users }: InviteViewDeps,
): Promise<InviteView[]> {
  const withDetails = new Set(
    invites.flatMap(({ conversation: { hasDetails, convoId } }) => (hasDetails ? [convoId] : [])),
  );
  const [details, profiles] = await Promise.all([
    conversations.details([...withDetails]),
    users.getMany(invites.map(({ invite }) => invite.invitedBy)),
  ]);
  const people = new Map<string, Person>(profiles.map((profile) => [profile.userId, profile]));
  return invites.flatMap(({ invite, conversation }) =>
    inviteView(invite, state, { conversation, details: details.get(conversation.convoId), people }),
  );
}

function inviteView(
  { convoId, userId, role, invitedBy, createdAt }: Invite,
  state: InviteView['state'],
  of: {
    readonly conversation: Conversation;
    readonly details: Details | undefined;
    readonly people: ReadonlyMap<string, Person>;
  },
): InviteView[] {
  const { type, title, memberCount } = of.conversation;
  if (type === 'direct') return [];
  return [
    {
      convo_id: convoId,
      type,
      title,
      topic: of.details?.topic ?? null,
      member_count: memberCount,
      user_id: userId,
      role,
      invited_by: personView(of.people.get(invitedBy) ?? tombstone(invitedBy, createdAt)),
      created_at: createdAt,
      state,
    },
  ];
}
