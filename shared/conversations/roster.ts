import type { Role } from '../../events/server-frames.ts';
import type { Conversation, RosterEntry } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

/** Whom to tell, and from which message on. */
export type Member = Pick<RosterEntry, 'userId' | 'fromSeq'>;

/** The members of a conversation as of the version that was read with it. */
export interface Roster {
  members(conversation: Conversation): Promise<readonly Member[]>;
  roles(conversation: Conversation): Promise<ReadonlyMap<string, Role>>;
}

const cachedConversationsMax = 1_000;

/**
 * Keeps rosters for the life of the environment. A cached one is never wrong unnoticed: it is kept under its version,
 * and the transaction that uses it proves that version current. A very small conversation names its members itself,
 * though not what they are.
 */
export function cachedRoster(conversations: Pick<ConversationStore, 'roster'>): Roster {
  const cache = new Map<string, { version: number; entries: readonly RosterEntry[] }>();

  const entriesOf = async ({ convoId, membersVersion }: Conversation): Promise<readonly RosterEntry[]> => {
    const cached = cache.get(convoId);
    if (cached?.version === membersVersion) return cached.entries;
    const entries = await conversations.roster(convoId);
    if (cache.size >= cachedConversationsMax) cache.delete(cache.keys().next().value ?? convoId);
    cache.set(convoId, { version: membersVersion, entries });
    return entries;
  };

  return {
    async members(conversation) {
      const { memberCount, shownMembers, hasNewcomers } = conversation;
      const namesAll = memberCount === shownMembers.length && !hasNewcomers;
      return namesAll
        ? shownMembers.map((userId) => ({ userId, fromSeq: 0 }))
        : await entriesOf(conversation);
    },
    async roles(conversation) {
      return new Map((await entriesOf(conversation)).map(({ userId, role }) => [userId, role]));
    },
  };
}
