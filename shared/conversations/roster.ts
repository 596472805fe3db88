import type { Conversation } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

/** The members of a conversation as of the version that was read with it. */
export interface Roster {
  of(conversation: Conversation): Promise<readonly string[]>;
}

const cachedConversationsMax = 1_000;

/**
 * Keeps rosters for the life of the environment. A cached one is never wrong unnoticed: it is kept under its version,
 * and the transaction that uses it proves that version current.
 */
export function cachedRoster(conversations: Pick<ConversationStore, 'roster'>): Roster {
  const cache = new Map<string, { version: number; memberIds: readonly string[] }>();
  return {
    async of(conversation) {
      const { convoId, membersVersion, memberCount, shownMembers } = conversation;
      if (memberCount === shownMembers.length) return shownMembers;
      const cached = cache.get(convoId);
      if (cached?.version === membersVersion) return cached.memberIds;
      const memberIds = await conversations.roster(convoId);
      if (cache.size >= cachedConversationsMax) cache.delete(cache.keys().next().value ?? convoId);
      cache.set(convoId, { version: membersVersion, memberIds });
      return memberIds;
    },
  };
}
