import pMap from 'p-map';
import type { ServerEvent, Synced } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import { messageCreate } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Conversation, effectiveReadSeq, type Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { viewAll } from './view-conversations.ts';

interface Deps {
  readonly conversations: ConversationStore;
  readonly messages: Pick<MessageStore, 'range'>;
  readonly users: UserStore;
}

/**
 * Everything that a client missed, from the last sequence number that it holds of each conversation: conversations
 * that it does not know, then messages in order, then one `synced` that says how far it got. Bounded: where a hole is
 * too large, `limited` is true and the rest is fetched over HTTP. Live events may arrive meanwhile; the client merges
 * them by sequence number.
 */
export async function missedEvents(
  userId: string,
  cursors: Readonly<Record<string, number>>,
  deps: Deps,
): Promise<ServerEvent[]> {
  const memberships = await allMemberships(userId, deps.conversations);
  const conversations = await deps.conversations.getMany(memberships.map(({ convoId }) => convoId));
  const unknown = conversations.filter(({ convoId }) => cursors[convoId] === undefined);

  const updates = await viewAll(unknown, memberships, deps.users);
  const holes = planHoles(conversations, cursors);
  const messages = await pMap(holes, ({ convoId, from, to }) => deps.messages.range(convoId, from, to), {
    concurrency: 8,
  });
  return [
    ...updates.map((conversation) => ({ type: 'conversation.update' as const, conversation })),
    ...messages.flat().map(messageCreate),
    syncedEvent(conversations, memberships, cursors, holes),
  ];
}

interface Hole {
  readonly convoId: string;
  readonly from: number;
  readonly to: number;
}

/** Which ranges are sent: the smallest holes first, so that one long absence does not starve the other conversations. */
function planHoles(
  conversations: readonly Conversation[],
  cursors: Readonly<Record<string, number>>,
): Hole[] {
  let budget: number = limits.syncMessagesMax;
  return conversations
    .filter(({ convoId, seq }) => cursors[convoId] !== undefined || seq <= limits.syncNewConversationMax)
    .map(({ convoId, seq }) => ({ convoId, from: (cursors[convoId] ?? 0) + 1, to: seq }))
    .filter(({ from, to }) => from <= to)
    .sort((a, b) => a.to - a.from - (b.to - b.from))
    .flatMap((hole) => {
      const size = Math.min(hole.to - hole.from + 1, limits.syncMessagesPerConversationMax, budget);
      budget -= size;
      return size > 0 ? [{ ...hole, to: hole.from + size - 1 }] : [];
    });
}

function syncedEvent(
  conversations: readonly Conversation[],
  memberships: readonly Membership[],
  cursors: Readonly<Record<string, number>>,
  holes: readonly Hole[],
): Synced {
  const sentUpTo = new Map(holes.map(({ convoId, to }) => [convoId, to]));
  const byConversation = new Map(memberships.map((membership) => [membership.convoId, membership]));
  return {
    type: 'synced',
    conversations: conversations.flatMap((conversation) => {
      const { convoId, seq } = conversation;
      const membership = byConversation.get(convoId);
      if (!membership) return [];
      const sentSeq = sentUpTo.get(convoId) ?? Math.min(cursors[convoId] ?? 0, seq);
      const readSeq = effectiveReadSeq(conversation, membership);
      return [
        { convo_id: convoId, seq_no: seq, read_seq: readSeq, sent_seq: sentSeq, limited: sentSeq < seq },
      ];
    }),
  };
}

async function allMemberships(userId: string, conversations: ConversationStore): Promise<Membership[]> {
  const all: Membership[] = [];
  let after: string | undefined;
  do {
    const page = await conversations.memberships(userId, { limit: limits.conversationsPageMax * 10, after });
    all.push(...page.memberships);
    after = page.next;
  } while (after);
  return all;
}
