import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conversation } from '../../shared/conversations/conversation.ts';
import type {
  Ban,
  ChangeOutcome,
  ConversationChange,
  ConversationChanges,
  Entrance,
} from '../../shared/conversations/conversation-changes.ts';
import type { Message } from '../../shared/messages/message.ts';
import type { InMemoryConversations } from './in-memory-conversation-store.ts';

/** What the next change meets: a conflict before anything is written, or a time-out that hides a success. */
export type ChangeFault = 'stale' | 'timed out after success';

export interface InMemoryChanges extends ConversationChanges {
  readonly bansByKey: Map<string, Ban>;
  /** The lines that were written, in order. */
  readonly lines: readonly Message[];
  /** One fault per change, in this order; then changes succeed. */
  fail(...faults: readonly ChangeFault[]): void;
  readonly changes: number;
}

interface Options {
  /** Awaited before each answer, where a test wants to decide who comes next. */
  readonly pause?: () => Promise<unknown>;
  /** Where the lines go, so that they can be read as messages. */
  readonly messages?: { put(message: Message): void };
  /** Uses up what lets somebody in; false: it is there no more. */
  readonly takeEntrance?: (entrance: Entrance, convoId: string) => boolean;
}

/** The second writer of timelines, under the same lock as the in-memory message store. */
export function inMemoryConversationChanges(
  conversations: InMemoryConversations,
  { pause = nextTurn, messages, takeEntrance = () => true }: Options = {},
): InMemoryChanges {
  const bans = new Map<string, Ban>();
  const lines: Message[] = [];
  const faults: ChangeFault[] = [];
  const key = (userId: string, convoId: string) => `${userId} ${convoId}`;
  let changes = 0;

  const transact = (before: Conversation, change: ConversationChange): ChangeOutcome => {
    const { convoId } = before;
    const current = conversations.counters.get(convoId);
    if (!current || !isSame(current, before)) return 'stale';
    if (change.entrance && !takeEntrance(change.entrance, convoId)) return 'used_up';
    conversations.counters.set(convoId, change.after);
    if (change.line) {
      lines.push(change.line);
      messages?.put(change.line);
    }
    writeMemberships(conversations, change);
    if (change.details) conversations.detailsById.set(convoId, change.details);
    if (change.banned) bans.set(key(change.banned.userId, convoId), change.banned);
    if (change.unbanned !== undefined) bans.delete(key(change.unbanned, convoId));
    return 'changed';
  };

  return {
    bansByKey: bans,
    lines,
    get changes() {
      return changes;
    },
    fail(...next) {
      faults.push(...next);
    },

    async change(before, change) {
      await pause();
      changes += 1;
      const fault = faults.shift();
      if (fault === 'stale') return 'stale';
      const outcome = transact(before, change);
      await pause();
      // What the store in DynamoDB says when it cannot find out what became of the transaction.
      return fault === 'timed out after success' ? 'stale' : outcome;
    },

    async ban(convoId, userId) {
      await pause();
      return bans.get(key(userId, convoId));
    },

    async bans(convoId) {
      await pause();
      return [...bans].flatMap(([at, ban]) => (at.endsWith(` ${convoId}`) ? [ban] : []));
    },
  };
}

function isSame(current: Conversation, before: Conversation): boolean {
  return (
    current.seq === before.seq &&
    current.rev === before.rev &&
    current.membersVersion === before.membersVersion
  );
}

/** Roles and endings are written beside whatever marks moved meanwhile. */
function writeMemberships(
  { standingsByKey }: InMemoryConversations,
  { after: { convoId }, joined = [], roles = [], left = [] }: ConversationChange,
): void {
  const write = (userId: string, news: object) => {
    const key = `${userId} ${convoId}`;
    const standing = standingsByKey.get(key);
    if (!standing) throw new Error(`${userId} is no member of ${convoId}`);
    standingsByKey.set(key, { ...standing, ...news });
  };
  for (const member of joined) standingsByKey.set(`${member.userId} ${convoId}`, member);
  for (const { userId, role } of roles) write(userId, { role });
  for (const { userId, leaving } of left) write(userId, { left: leaving });
}
