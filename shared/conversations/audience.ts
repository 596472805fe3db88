import { limits } from '../limits.ts';
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
  peopleMax: number = limits.typingAudienceMax,
): Promise<readonly string[] | undefined> {
  const { convoId, memberCount, shownMembers } = conversation;
  if (memberCount > peopleMax) return undefined;
  return memberCount <= shownMembers.length ? shownMembers : await conversations.roster(convoId);
}
