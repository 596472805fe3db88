import { hides, type PrivacyAspect } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Conversation } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

/** What to tell whom; nobody else is told when `audience` is empty. */
export interface MemberNews<E> {
  readonly event: E;
  readonly audience: readonly string[];
}

/**
 * All members of a conversation that is small enough for what only the moment needs (who types, who has got how far),
 * or undefined. The conversation itself knows the members of a very small one, which spares the read.
 */
export async function smallAudience(
  conversation: Conversation,
  conversations: Pick<ConversationStore, 'roster'>,
  peopleMax: number,
): Promise<readonly string[] | undefined> {
  const { convoId, memberCount, shownMembers } = conversation;
  if (memberCount > peopleMax) return undefined;
  if (memberCount <= shownMembers.length) return shownMembers;
  return (await conversations.roster(convoId)).map(({ userId }) => userId);
}

/**
 * All members, to tell them what somebody does there; undefined where nobody else is told: in a large conversation, in one
 * that a block silences, and when this person keeps it to themselves. To know that costs one consistent read of their
 * profile, so that a setting holds from its answer on, and none where nobody else would be told anyway.
 */
export async function toldOf(
  userId: string,
  aspect: PrivacyAspect,
  conversation: Conversation,
  deps: { conversations: Pick<ConversationStore, 'roster'>; users: Pick<UserStore, 'get'> },
  peopleMax: number,
): Promise<readonly string[] | undefined> {
  if (conversation.silencedBy || conversation.memberCount > peopleMax || conversation.memberCount < 2)
    return undefined;
  const [everybody, profile] = await Promise.all([
    smallAudience(conversation, deps.conversations, peopleMax),
    deps.users.get(userId),
  ]);
  return profile && !hides(profile, aspect) ? everybody : undefined;
}
