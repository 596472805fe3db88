import { limits } from '../limits.ts';
import type { Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { readingWindow } from './reading-window.ts';
import type { Held, Missing } from './sync-plan.ts';

type Store = Pick<ConversationStore, 'standings' | 'getMany'>;

/**
 * Somebody's conversations: all that they are in, and those that they left while the client still names them. A membership
 * whose conversation was never finished is left out.
 *
 * What the client names is read before the memberships, for the reason that `side` gives; only what it does not know yet
 * comes after them, by one more read.
 */
export async function sidesOf(
  userId: string,
  held: ReadonlyMap<string, Held>,
  conversations: Store,
): Promise<Missing[]> {
  const named = held.size > 0 ? await conversations.getMany([...held.keys()]) : [];
  const standings = await allStandings(userId, conversations);
  const unknown = standings.filter(({ convoId, left }) => !left && !held.has(convoId));
  const found = unknown.length > 0 ? await conversations.getMany(unknown.map(({ convoId }) => convoId)) : [];
  const standingIn = new Map(standings.map((standing) => [standing.convoId, standing]));
  return [...named, ...found].flatMap((conversation) => {
    const standing = standingIn.get(conversation.convoId);
    if (!standing) return [];
    const window = readingWindow(conversation, standing);
    return [{ conversation, standing, window, held: held.get(conversation.convoId) }];
  });
}

async function allStandings(userId: string, conversations: Store): Promise<Membership[]> {
  const all: Membership[] = [];
  let after: string | undefined;
  do {
    const page = await conversations.standings(userId, { limit: limits.conversationsPageMax * 10, after });
    all.push(...page.memberships);
    after = page.next;
  } while (after);
  return all;
}
