/** What the client knows of one conversation, and the pure steps from one state to the next. */
import type { ChangesResponse, MessageView } from '../../events/http-contracts.ts';
import type { ConversationView, MessageUpdate } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { type Freshness, freshAfter, heardVersion } from './freshness.ts';
import { type Roster, withLines } from './membership-state.ts';
import type { HeldMessage } from './message-window.ts';
import {
  noThreadMarks,
  type ThreadMarks,
  type ThreadState,
  withThreadMessages,
  withThreadRead,
} from './thread-state.ts';
import { emptyTimeline, reduceTimeline, type Timeline, type TimelineAction } from './timeline.ts';

/** `rev`: the change number that its preview is at least as new as. */
export type LastMessage = NonNullable<ConversationView['last_message']> & { readonly rev: number };

export interface ConversationState {
  readonly convoId: string;
  /**
   * Title, members and so on, as the server shows them. Where `view.state` is not `member`, this person has left: what
   * was said until then stays readable, and nothing more comes. Numbers of reading and order are below.
   */
  readonly view: ConversationView;
  readonly timeline: Timeline;
  readonly lastMessage: LastMessage | undefined;
  /** How far this person has read, on whichever device. */
  readonly readSeq: number;
  /** How far others have read, as far as it was heard of: user id → seq_no. */
  readonly readBy: ReadonlyMap<string, number>;
  /** How far messages have reached the devices of others; what is read was delivered, and may be missing here. */
  readonly deliveredTo: ReadonlyMap<string, number>;
  /** Who is writing at this moment, the first to begin first. */
  readonly typing: readonly string[];
  /** All members with their roles, once somebody asked for them (`Memberships.load`). */
  readonly roster: Roster | undefined;
  /** The threads that were opened (`Threads.open`), by the number of their root. */
  readonly threads: ReadonlyMap<number, ThreadState>;
  readonly threadMarks: ThreadMarks;
  /** Whether all of this is up to date; nothing to show. */
  readonly freshness: Freshness;
  /** User id → the version of the last that was told of them. */
  readonly memberVersions: ReadonlyMap<string, number>;
}

/** Takes what the server shows now. High-water marks only rise: an answer may be older than a push. */
export function withView(state: ConversationState | undefined, view: ConversationView): ConversationState {
  const before = state ?? unknownConversation(view);
  const isOutdated = view.version < before.freshness.viewVersion;
  const shown = isOutdated ? before.view : mergedView(before, view);
  const last = view.last_message === null ? undefined : { ...view.last_message, rev: view.rev };
  const isBeside = !isOutdated || (view.state === 'member' && isMember(before));
  const reached = isBeside ? withTimeline(before, { type: 'known', seqNo: view.seq, rev: view.rev }) : before;
  const windowed = isOutdated ? reached : withWindow(reached, view);
  return {
    ...windowed,
    view: shown,
    lastMessage: later(windowed.lastMessage, last),
    readSeq: Math.max(before.readSeq, view.read_seq),
    freshness: isOutdated ? before.freshness : freshAfter(before.freshness, view),
    ...(view.state !== 'member' && !isOutdated && { typing: [], roster: undefined }),
  };
}

/** Takes messages from anywhere. Whoever writes has read what came before, and tells nobody so separately. */
export function withMessages(
  state: ConversationState,
  messages: readonly HeldMessage[],
  myId: string,
): ConversationState {
  const read = messages.reduce(
    (next, message) => withSent(next, message, myId),
    withTimeline(state, { type: 'received', messages }),
  );
  return withLines(withPreviews(inThreads(read, messages), messages), messages);
}

/** Takes the present state of one message, pushed after it changed. */
export function withUpdate(state: ConversationState, update: MessageUpdate): ConversationState {
  const { message, prev_rev: prevRev, rev } = update;
  const updated = withTimeline(state, { type: 'updated', message, prevRev, rev });
  return withPreviews(inThreads(updated, [message]), [message]);
}

/** Takes a page of what changed after `since`. */
export function withChanged(
  state: ConversationState,
  since: number,
  { messages, rev, last_rev: lastRev }: ChangesResponse,
): ConversationState {
  const changed = withTimeline(state, { type: 'changed', messages, since, rev, lastRev });
  return withPreviews(inThreads(changed, messages), messages);
}

export function withTimeline(state: ConversationState, action: TimelineAction): ConversationState {
  const timeline = reduceTimeline(state.timeline, action);
  return timeline === state.timeline ? state : { ...state, timeline };
}

export function withThreads(
  state: ConversationState,
  step: (thread: ThreadState) => ThreadState,
): ConversationState {
  let threads: Map<number, ThreadState> | undefined;
  for (const [rootSeq, thread] of state.threads) {
    const next = step(thread);
    if (next !== thread) threads = (threads ?? new Map(state.threads)).set(rootSeq, next);
  }
  return threads === undefined ? state : { ...state, threads };
}

export function withRead(
  state: ConversationState,
  userId: string,
  seqNo: number,
  myId: string,
): ConversationState {
  const known = userId === myId ? state.readSeq : (state.readBy.get(userId) ?? 0);
  if (seqNo <= known) return state;
  if (userId === myId) return { ...state, readSeq: seqNo };
  return { ...state, readBy: new Map(state.readBy).set(userId, seqNo) };
}

/** The reader has put their own mark back, or the server says that it is further back than it was heard of. */
export function withReadPutBack(state: ConversationState, seqNo: number): ConversationState {
  return seqNo < state.readSeq ? { ...state, readSeq: seqNo } : state;
}

export function withDelivery(state: ConversationState, userId: string, seqNo: number): ConversationState {
  if (seqNo <= (state.deliveredTo.get(userId) ?? 0)) return state;
  return { ...state, deliveredTo: new Map(state.deliveredTo).set(userId, seqNo) };
}

/** How many others have got the message with this number, and how many have read it, as far as it was heard of. */
export function receiptCounts(state: ConversationState, seqNo: number): { delivered: number; read: number } {
  const reached = (marks: ReadonlyMap<string, number>): string[] =>
    [...marks].flatMap(([userId, mark]) => (mark >= seqNo ? [userId] : []));
  const read = reached(state.readBy);
  return { read: read.length, delivered: new Set([...read, ...reached(state.deliveredTo)]).size };
}

export function withTyping(state: ConversationState, userId: string, isTyping: boolean): ConversationState {
  if (state.typing.includes(userId) === isTyping) return state;
  const others = state.typing.filter((other) => other !== userId);
  return { ...state, typing: isTyping ? [...others, userId] : others };
}

export function unreadCount(state: ConversationState): number {
  return Math.max(0, state.timeline.knownSeq - state.readSeq);
}

/** Whether this person is in it; else they have left, and it is only there to be read. */
export function isMember({ view }: ConversationState): boolean {
  return view.state === 'member';
}

/** No notifications from it at this time, milliseconds since the epoch. */
export function isMuted({ view }: ConversationState, nowMs: number): boolean {
  return view.muted_until !== null && Date.parse(view.muted_until) > nowMs;
}

/** When something happened last, for sorting: milliseconds since the epoch. What we have just written counts. */
export function lastActivityMs(state: ConversationState): number {
  const writtenAtMs = state.timeline.pending.at(-1)?.written_at_ms ?? 0;
  return Math.max(writtenAtMs, Date.parse(state.lastMessage?.created_at ?? state.view.created_at));
}

function unknownConversation(view: ConversationView): ConversationState {
  return {
    convoId: view.convo_id,
    view,
    timeline: emptyTimeline(view.seq, view.rev, view.from_seq),
    lastMessage: undefined,
    readSeq: 0,
    readBy: new Map(),
    deliveredTo: new Map(),
    typing: [],
    roster: undefined,
    threads: new Map(),
    threadMarks: noThreadMarks,
    freshness: freshAfter(undefined, view),
    memberVersions: new Map(),
  };
}

/** What events have told since, they have told later than this view. */
function mergedView({ view: held, freshness }: ConversationState, view: ConversationView): ConversationView {
  if (view.version >= heardVersion(freshness)) return view;
  const { title, topic, avatar, archived_at, history, posting, member_count, version, members } = held;
  if (view.version >= version) return { ...view, members };
  return { ...view, title, topic, avatar, archived_at, history, posting, member_count, version, members };
}

/** What this person may see may be less than before, or other: whoever left and came back has another window. */
function withWindow(state: ConversationState, view: ConversationView): ConversationState {
  const { from_seq: fromSeq, seq: seqNo, rev } = view;
  const until = view.state === 'member' ? undefined : { seqNo, rev };
  const windowed = withTimeline(state, { type: 'window', fromSeq, until });
  const isOther = fromSeq !== state.timeline.fromSeq;
  const isCurrent = view.version >= heardVersion(state.freshness);
  return {
    ...windowed,
    ...(isOther && { threads: new Map() }),
    ...(isCurrent && state.memberVersions.size > 0 && { memberVersions: new Map() }),
  };
}

/** Whoever writes has read what came before, in the conversation and in the thread. */
function withSent(state: ConversationState, message: HeldMessage, myId: string): ConversationState {
  const read = withRead(state, message.sender_id, message.seq_no, myId);
  const { thread, thread_seq: threadSeq } = message;
  if (message.sender_id !== myId || thread === undefined || threadSeq === undefined) return read;
  const threadMarks = withThreadRead(read.threadMarks, thread, threadSeq);
  return threadMarks === read.threadMarks ? read : { ...read, threadMarks };
}

function inThreads(state: ConversationState, messages: readonly HeldMessage[]): ConversationState {
  return state.threads.size === 0
    ? state
    : withThreads(state, (thread) => withThreadMessages(thread, messages));
}

function withPreviews(state: ConversationState, messages: readonly MessageView[]): ConversationState {
  const lastMessage = messages.reduce((last, message) => later(last, preview(message)), state.lastMessage);
  return lastMessage === state.lastMessage ? state : { ...state, lastMessage };
}

function preview(message: MessageView): LastMessage {
  const { seq_no, sender_id, content, created_at, rev = 0, system } = message;
  const text = content.slice(0, limits.lastMessagePreviewChars);
  return { seq_no, sender_id, preview: text, created_at, rev, ...(system && { system }) };
}

function later(left: LastMessage | undefined, right: LastMessage | undefined): LastMessage | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  if (right.seq_no === left.seq_no) return right.rev > left.rev ? right : left;
  return right.seq_no > left.seq_no ? right : left;
}
