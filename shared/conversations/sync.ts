import pMap from 'p-map';
import type { SyncCursor } from '../../events/client-frames.ts';
import type { MessageUpdate, ServerEvent, Synced } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import { messageCreate, messageUpdate } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Conversation, effectiveReadSeq, type Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { viewAll } from './view-conversations.ts';

interface Deps {
  readonly conversations: ConversationStore;
  readonly messages: Pick<MessageStore, 'range' | 'many' | 'changedSince'>;
  readonly users: UserStore;
}

/** What the client holds of a conversation; without a `rev` it keeps no changes and is sent none. */
interface Held {
  readonly seq: number;
  readonly rev: number | undefined;
}
type HeldByConversation = ReadonlyMap<string, Held>;

/**
 * Everything that a client missed, from the last sequence number and change number that it holds of each conversation:
 * conversations that it does not know, then messages in order, then what changed of the messages that it holds, then one
 * `synced` that says how far it got. Bounded: where a hole is too large, `limited` is true and the rest is fetched over
 * HTTP. Live events may arrive meanwhile; the client merges them by sequence and change number.
 */
export async function missedEvents(
  userId: string,
  cursors: Readonly<Record<string, SyncCursor>>,
  deps: Deps,
): Promise<ServerEvent[]> {
  const held = new Map(Object.entries(cursors).map(([convoId, cursor]) => [convoId, heldBy(cursor)]));
  const memberships = await allMemberships(userId, deps.conversations);
  const conversations = await deps.conversations.getMany(memberships.map(({ convoId }) => convoId));
  const unknown = conversations.filter(({ convoId }) => !held.has(convoId));

  const updates = await viewAll(unknown, memberships, deps.users);
  // Messages and logs are read after the conversations and no further than their numbers: whatever happens meanwhile is
  // in what is sent, or comes after it.
  const holes = planHoles(conversations, held);
  const [missed, changes] = await Promise.all([
    pMap(holes, ({ convoId, from, to }) => deps.messages.range(convoId, from, to), { concurrency }),
    pMap(planChanges(conversations, held), (span) => readChanges(span, deps), { concurrency }),
  ]);
  return [
    ...updates.map((conversation) => ({ type: 'conversation.update' as const, conversation })),
    ...missed.flat().map(messageCreate),
    ...changes.flatMap(({ updates: changed }) => changed),
    syncedEvent(conversations, memberships, held, { holes, changes }),
  ];
}

const concurrency = 8;

/** Of nothing nothing can have changed: a client that holds no message gets all as they are now. */
function heldBy(cursor: SyncCursor): Held {
  if (typeof cursor === 'number') return { seq: cursor, rev: undefined };
  return { seq: cursor.seq_no, rev: cursor.seq_no > 0 ? cursor.rev : undefined };
}

interface Hole {
  readonly convoId: string;
  readonly from: number;
  readonly to: number;
}

/** Which ranges are sent. */
function planHoles(conversations: readonly Conversation[], held: HeldByConversation): Hole[] {
  const wanted = conversations
    .filter(({ convoId, seq }) => held.has(convoId) || seq <= limits.syncNewConversationMax)
    .map(({ convoId, seq }) => {
      const from = (held.get(convoId)?.seq ?? 0) + 1;
      return { convoId, from, size: seq - from + 1 };
    });
  const shares = share(wanted, limits.syncMessagesPerConversationMax, limits.syncMessagesMax);
  return shares.map(({ convoId, from, size }) => ({ convoId, from, to: from + size - 1 }));
}

interface ChangeSpan {
  readonly convoId: string;
  readonly held: { readonly seq: number; readonly rev: number };
  /** So many entries of the change log. */
  readonly size: number;
}

/** Which stretches of the change logs are sent. Change numbers have no gaps, so that their difference is a count. */
function planChanges(conversations: readonly Conversation[], held: HeldByConversation): ChangeSpan[] {
  const wanted = conversations.flatMap(({ convoId, rev }) => {
    const { seq = 0, rev: since } = held.get(convoId) ?? {};
    return since === undefined ? [] : [{ convoId, held: { seq, rev: since }, size: rev - since }];
  });
  return share(wanted, limits.syncChangesPerConversationMax, limits.syncChangesMax);
}

/**
 * Gives each as much as it wants, up to `each` and `total` in all: the smallest first, so that one long absence does not
 * starve the other conversations. Those that get nothing are left out.
 */
function share<T extends { readonly size: number }>(wanted: readonly T[], each: number, total: number): T[] {
  let left = total;
  return wanted
    .filter(({ size }) => size > 0)
    .toSorted((a, b) => a.size - b.size)
    .flatMap((one) => {
      const size = Math.min(one.size, each, left);
      left -= size;
      return size > 0 ? [{ ...one, size }] : [];
    });
}

interface Changes {
  readonly convoId: string;
  /** How far the log was read. */
  readonly rev: number;
  readonly updates: readonly MessageUpdate[];
}

/**
 * What changed of the messages that the client holds, in the order of their last change, each update beginning at the change
 * number where the one before ended. The other messages come whole, with their changes in them.
 */
async function readChanges({ convoId, held, size }: ChangeSpan, { messages }: Deps): Promise<Changes> {
  const { changes, rev: readUpTo } = await messages.changedSince(convoId, held.rev, size);
  const entries = changes.filter(({ seq }) => seq <= held.seq);
  const present = await messages.many(
    convoId,
    entries.map(({ seq }) => seq),
  );
  const bySeq = new Map(present.map((message) => [message.seq, message]));
  let prevRev = held.rev;
  const updates = entries.flatMap(({ seq, rev }) => {
    const message = bySeq.get(seq);
    if (!message) return [];
    const update = messageUpdate(message, prevRev, rev);
    prevRev = rev;
    return [update];
  });
  return { convoId, rev: readUpTo, updates };
}

function syncedEvent(
  conversations: readonly Conversation[],
  memberships: readonly Membership[],
  held: HeldByConversation,
  { holes, changes }: { holes: readonly Hole[]; changes: readonly Changes[] },
): Synced {
  const sentUpTo = new Map(holes.map(({ convoId, to }) => [convoId, to]));
  const changedUpTo = new Map(changes.map(({ convoId, rev }) => [convoId, rev]));
  const byConversation = new Map(memberships.map((membership) => [membership.convoId, membership]));
  return {
    type: 'synced',
    conversations: conversations.flatMap((conversation) => {
      const { convoId, seq, rev } = conversation;
      const membership = byConversation.get(convoId);
      if (!membership) return [];
      const cursor = held.get(convoId);
      const sentSeq = sentUpTo.get(convoId) ?? Math.min(cursor?.seq ?? 0, seq);
      // Who holds nothing of it, or keeps no changes, gets messages as they are now: no change is missing.
      const sentRev = changedUpTo.get(convoId) ?? Math.min(cursor?.rev ?? rev, rev);
      return [
        {
          convo_id: convoId,
          seq_no: seq,
          read_seq: effectiveReadSeq(conversation, membership),
          sent_seq: sentSeq,
          rev,
          sent_rev: sentRev,
          limited: sentSeq < seq || sentRev < rev,
        },
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
