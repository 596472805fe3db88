import type { Role } from '../../events/server-frames.ts';
import type { Backoff } from '../backoff.ts';
import { type Clock, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { limits } from '../limits.ts';
import { newest } from '../messages/conversation-tail.ts';
import type { Message } from '../messages/message.ts';
import type { Conversation, Details, Leaving, Membership } from './conversation.ts';
import type { Ban, ConversationChange, ConversationChanges, Entrance, Line } from './conversation-changes.ts';
import type { ConversationStore } from './conversation-store.ts';

/** What somebody wants changed; the rest of the change follows from it. */
export interface Draft {
  /** The line of the timeline that tells of it. */
  readonly line?: Line;
  /** What is undefined in it is gone afterwards; what is absent stays. */
  readonly settings?: Settings;
  readonly joined?: readonly { readonly userId: string; readonly role: Role }[];
  readonly roles?: readonly { readonly userId: string; readonly role: Role }[];
  readonly left?: readonly { readonly userId: string; readonly state: Leaving['state'] }[];
  /** Instead of those before. */
  readonly details?: Details;
  readonly banned?: Ban;
  readonly unbanned?: string;
  readonly entrance?: Entrance;
}

export interface Settings {
  readonly title?: string | null;
  readonly history?: 'joined' | undefined;
  readonly posting?: 'admins' | undefined;
  readonly archivedAt?: string | undefined;
}

/** What was changed; `announceChange` tells of it. */
export interface Changed {
  readonly before: Conversation;
  readonly change: ConversationChange;
}

export interface ChangeDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'roster'>;
  readonly changes: Pick<ConversationChanges, 'change'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'message'>;
  readonly backoff: Backoff;
}

const attemptsMax = 8;

/**
 * Changes who is in a conversation, or what it is called, as one transaction. `decide` sees the conversation as it is and
 * says what should become of it, or undefined when it is so already; it is asked again whenever somebody else was faster,
 * so that whatever it reads beside the conversation must be strongly consistent: the transaction proves all of the
 * membership current.
 *
 * Throws what `decide` throws, and `conversation.not_found`, `conversation.full`, `invite.not_found` (the entrance is used
 * up) and `unavailable` after eight tries.
 */
export async function changeConversation(
  convoId: string,
  decide: (conversation: Conversation) => Promise<Draft | undefined>,
  deps: ChangeDeps,
): Promise<Changed | 'unchanged'> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const before = await deps.conversations.get(convoId);
    if (!before) throw new AppError('conversation.not_found');
    const draft = await decide(before);
    if (!draft) return 'unchanged';
    const change = await elaborate(before, draft, deps);
    const outcome = await deps.changes.change(before, change);
    if (outcome === 'changed') return { before, change };
    if (outcome === 'used_up') throw new AppError('invite.not_found');
    if (attempt < attemptsMax) await deps.backoff.wait(attempt);
  }
  throw new AppError('unavailable', `conversation ${convoId} changes too fast`);
}

/** The whole of a change: counters, shown members, marks and the line. */
async function elaborate(before: Conversation, draft: Draft, deps: ChangeDeps): Promise<ConversationChange> {
  const { settings, details, banned, unbanned, entrance, roles } = draft;
  const at = isoTime(deps.clock.now());
  const line = draft.line && lineMessage(before, draft.line, { at, id: deps.ids.message() });
  const joined = (draft.joined ?? []).map((newcomer) => newcomerIn(before, newcomer));
  const gone = new Set((draft.left ?? []).map(({ userId }) => userId));
  const shownMembers = await shownAfter(before, joined, gone, deps);
  const memberCount = before.memberCount + joined.length - gone.size;
  if (joined.length > 0 && memberCount > limits.conversationMembersMax)
    throw new AppError('conversation.full');
  const hasDetails = details ? isAnything(details) : before.hasDetails;
  const after = withoutUndefined({
    ...before,
    ...settings,
    ...(line && tailAfter(before, line)),
    membersVersion: before.membersVersion + 1,
    memberCount,
    shownMembers,
    hasNewcomers: before.hasNewcomers || joined.some(({ fromSeq }) => fromSeq !== undefined) || undefined,
    hasDetails: hasDetails || undefined,
  });
  // The line of their leaving is the last that they see.
  const { seq, membersVersion: version } = after;
  const leaving = { seq, rev: before.rev, version, at, title: before.title };
  return {
    after,
    ...(line && { line }),
    ...(joined.length > 0 && { joined }),
    ...(roles && roles.length > 0 && { roles }),
    ...(draft.left?.length && {
      left: draft.left.map(({ userId, state }) => ({ userId, leaving: { state, ...leaving } })),
    }),
    ...(details && { details }),
    ...(banned && { banned }),
    ...(unbanned !== undefined && { unbanned }),
    ...(entrance && { entrance }),
    ...(before.title !== null && after.title !== before.title && { formerTitle: before.title }),
  };
}

/** A system message has no client that could send it twice, so that its id serves as both. */
function lineMessage(
  { convoId, seq }: Conversation,
  { actorId, system }: Line,
  { at, id }: { at: string; id: string },
): Message {
  return {
    convoId,
    seq: seq + 1,
    serverMsgId: id,
    senderId: actorId,
    clientMsgId: id,
    content: '',
    createdAt: at,
    system,
  };
}

function tailAfter({ recentSenders }: Conversation, { seq, senderId, createdAt, system }: Message) {
  return {
    seq,
    lastMessage: { seq, senderId, preview: '', createdAt, ...(system && { system }) },
    recentSenders: newest(recentSenders, [[senderId, seq]], limits.recentSendersMax),
  };
}

/**
 * What was written before they came counts as read. With `history: 'joined'` they do not see it either: the first that
 * they see is the line that tells of their coming.
 */
function newcomerIn(
  { convoId, seq, history }: Conversation,
  { userId, role }: { userId: string; role: Role },
): Membership {
  return {
    convoId,
    userId,
    role,
    readSeq: seq,
    ...(history === 'joined' && seq > 0 && { fromSeq: seq }),
  };
}

/** The first few members. The roster is read only when one of the shown goes and others are there to take their place. */
async function shownAfter(
  { convoId, memberCount, shownMembers }: Conversation,
  joined: readonly Membership[],
  gone: ReadonlySet<string>,
  deps: ChangeDeps,
): Promise<readonly string[]> {
  const stay = shownMembers.filter((userId) => !gone.has(userId));
  const hidden = memberCount > shownMembers.length;
  const others =
    hidden && stay.length < shownMembers.length
      ? (await deps.conversations.roster(convoId)).map(({ userId }) => userId)
      : [];
  const rest = [...others.filter((userId) => !gone.has(userId)), ...joined.map(({ userId }) => userId)];
  return [...new Set([...stay, ...rest])].slice(0, limits.shownMembersMax);
}

function isAnything({ topic, avatar }: Details): boolean {
  return topic !== undefined || avatar !== undefined;
}

/** A setting that is gone is absent, not undefined. */
function withoutUndefined(
  conversation: {
    readonly [K in keyof Conversation]: Conversation[K] | undefined;
  },
): Conversation {
  return Object.fromEntries(
    Object.entries(conversation).filter(([, value]) => value !== undefined),
  ) as unknown as Conversation;
}
