import pMap from 'p-map';
import type { SyncCursor } from '../../events/client-frames.ts';
import type {
  InviteView,
  MessageUpdate,
  ServerEvent,
  Synced,
  SystemNotice,
} from '../../events/server-frames.ts';
import { asSeenIn } from '../messages/as-of.ts';
import { messageCreate, messageUpdate } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import type { ThreadMarkStore, ThreadMarks } from '../threads/thread-mark-store.ts';
import type { UserStore } from '../users/user-store.ts';
import { effectiveReadSeq } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import {
  type ChangeSpan,
  changesHeldUpTo,
  type Hole,
  heldBy,
  heldUpTo,
  type Missing,
  planChanges,
  planHoles,
} from './sync-plan.ts';
import { sidesOf } from './sync-sides.ts';
import { viewAll } from './view-conversations.ts';

interface Deps {
  readonly conversations: Pick<ConversationStore, 'standings' | 'getMany' | 'details'>;
  readonly messages: Pick<MessageStore, 'range' | 'many' | 'changedSince' | 'versions'>;
  readonly users: Pick<UserStore, 'getMany'>;
  readonly threadMarks: Pick<ThreadMarkStore, 'allOf'>;
  /** The invitations that somebody has not answered. */
  readonly pendingInvites: (userId: string) => Promise<readonly InviteView[]>;
  /** The notices that they should still see. */
  readonly activeNotices: (userId: string) => Promise<readonly SystemNotice[]>;
}

/**
 * Everything that a client missed, from the last sequence number and change number that it holds of each conversation:
 * conversations that it does not know, or not as they are, then messages in order, then what changed of the messages that
 * it holds, then open invitations and notices, then one `synced` that says how far it got. Bounded: where a hole is too
 * large, `limited` is true and the rest is fetched over HTTP. Live events may arrive meanwhile; the client merges them by
 * sequence and change number.
 *
 * Who has missed nothing costs a Query of their memberships (a unit per 4 KB, about 20 of them), a unit per conversation
 * that the client names, and one each for thread marks, invitations and notices, which are read beside the others.
 */
export async function missedEvents(
  userId: string,
  cursors: Readonly<Record<string, SyncCursor>>,
  deps: Deps,
): Promise<ServerEvent[]> {
  const held = new Map(Object.entries(cursors).map(([convoId, cursor]) => [convoId, heldBy(cursor)]));
  const [all, threadMarks, invites, notices] = await Promise.all([
    sidesOf(userId, held, deps.conversations),
    deps.threadMarks.allOf(userId),
    deps.pendingInvites(userId),
    deps.activeNotices(userId),
  ]);
  // Messages and logs are read after the conversations and no further than their numbers: whatever happens meanwhile is
  // in what is sent, or comes after it.
  const holes = planHoles(all);
  const [shown, missed, changes] = await Promise.all([
    showNews(all, deps),
    pMap(holes, (hole) => readHole(hole, deps), { concurrency }),
    pMap(planChanges(all), (span) => readChanges(span, deps), { concurrency }),
  ]);
  return [
    ...shown,
    ...missed.flat(),
    ...changes.flatMap(({ updates }) => updates),
    ...invites.map((invite) => ({ type: 'invite.update' as const, invite })),
    ...notices,
    syncedEvent(all, { holes, changes, threadMarks }),
  ];
}

const concurrency = 8;

/** The conversations that the client does not know as they are. */
async function showNews(all: readonly Missing[], deps: Deps): Promise<ServerEvent[]> {
  const news = all.filter(isNews);
  const conversations = news.map(({ conversation }) => conversation);
  const standings = news.map(({ standing }) => standing);
  const views = await viewAll(conversations, standings, deps);
  return views.map((conversation) => ({ type: 'conversation.update', conversation }));
}

/**
 * New to the client; begun anew, so that something up to `from_seq` is not theirs any more; or with another membership, name
 * or setting than those that it holds. A client that does not say which it holds is told of a leaving each time.
 */
function isNews({ conversation, held, window }: Missing): boolean {
  if (!held || held.seq < window.from) return true;
  const { version = conversation.membersVersion } = window.asOf ?? {};
  return held.version === undefined ? window.asOf !== undefined : held.version < version;
}

async function readHole({ missing, from, to }: Hole, { messages }: Deps): Promise<ServerEvent[]> {
  const found = await messages.range(missing.conversation.convoId, from, to);
  return (await asSeenIn(missing.window, found, messages)).map(messageCreate);
}

interface Changes {
  readonly convoId: string;
  /** How far the log was read. */
  readonly rev: number;
  readonly updates: readonly MessageUpdate[];
}

/**
 * What changed of the messages that the client holds, in the order of their last change, each update beginning at the change
 * number where the one before ended. The other messages come whole, with their changes in them, or are not theirs to see.
 */
async function readChanges({ missing, since, size }: ChangeSpan, { messages }: Deps): Promise<Changes> {
  const { window, held, conversation } = missing;
  const { convoId } = conversation;
  const { changes, rev: readUpTo } = await messages.changedSince(convoId, since, size);
  const entries = changes.filter(({ seq }) => window.from < seq && seq <= (held?.seq ?? 0));
  const seqs = entries.map(({ seq }) => seq);
  const present = await asSeenIn(window, await messages.many(convoId, seqs), messages);
  const bySeq = new Map(present.map((message) => [message.seq, message]));
  let prevRev = since;
  const updates = entries.flatMap(({ seq, rev }) => {
    const message = bySeq.get(seq);
    if (!message) return [];
    const update = messageUpdate(message, prevRev, rev);
    prevRev = rev;
    return [update];
  });
  return { convoId, rev: readUpTo, updates };
}

interface Sent {
  readonly holes: readonly Hole[];
  readonly changes: readonly Changes[];
  readonly threadMarks: ReadonlyMap<string, ThreadMarks>;
}

function syncedEvent(all: readonly Missing[], { holes, changes, threadMarks }: Sent): Synced {
  const sentUpTo = new Map(holes.map(({ missing, to }) => [missing.conversation.convoId, to]));
  const changedUpTo = new Map(changes.map(({ convoId, rev }) => [convoId, rev]));
  return {
    type: 'synced',
    conversations: all.map((missing) => {
      const { convoId } = missing.conversation;
      const { to, rev } = missing.window;
      const sentSeq = sentUpTo.get(convoId) ?? heldUpTo(missing);
      const sentRev = changedUpTo.get(convoId) ?? changesHeldUpTo(missing);
      return {
        convo_id: convoId,
        seq_no: to,
        sent_seq: sentSeq,
        rev,
        sent_rev: sentRev,
        limited: sentSeq < to || sentRev < rev,
        ...marksOf(missing, threadMarks.get(convoId)),
      };
    }),
  };
}

/** What is somebody's own in a conversation. */
function marksOf({ conversation, standing, window }: Missing, threads: ThreadMarks | undefined) {
  const { mutedUntil, left } = standing;
  return {
    read_seq: Math.min(effectiveReadSeq(conversation, standing), window.to),
    ...(mutedUntil !== undefined && { muted_until: mutedUntil }),
    ...(threads && !left && { threads: { seq_no: threads.seq, read: { ...threads.read } } }),
  };
}
