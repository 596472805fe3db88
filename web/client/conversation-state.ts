/** What the client knows of one conversation, and the pure steps from one state to the next. */
import type { ChangesResponse, MessageView } from '../../events/http-contracts.ts';
import type { ConversationView, MessageUpdate } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { emptyTimeline, reduceTimeline, type Timeline, type TimelineAction } from './timeline.ts';

/** `rev`: the change number that its preview is at least as new as. */
export type LastMessage = NonNullable<ConversationView['last_message']> & { readonly rev: number };

export interface ConversationState {
  readonly convoId: string;
  /** Title, members and so on, as the server showed them last. Numbers of reading and order are below. */
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
}

/** Takes what the server shows now. High-water marks only rise: an answer may be older than a push. */
export function withView(state: ConversationState | undefined, view: ConversationView): ConversationState {
  const timeline = state?.timeline ?? emptyTimeline(view.seq, view.rev);
  const last = view.last_message === null ? undefined : { ...view.last_message, rev: view.rev };
  return {
    convoId: view.convo_id,
    view,
    timeline: reduceTimeline(timeline, { type: 'known', seqNo: view.seq, rev: view.rev }),
    lastMessage: later(state?.lastMessage, last),
    readSeq: Math.max(state?.readSeq ?? 0, view.read_seq),
    readBy: state?.readBy ?? new Map(),
    deliveredTo: state?.deliveredTo ?? new Map(),
    typing: state?.typing ?? [],
  };
}

/** Takes messages from anywhere. Whoever writes has read what came before, and tells nobody so separately. */
export function withMessages(
  state: ConversationState,
  messages: readonly MessageView[],
  myId: string,
): ConversationState {
  const read = messages.reduce(
    (next, message) => withRead(next, message.sender_id, message.seq_no, myId),
    withTimeline(state, { type: 'received', messages }),
  );
  return withPreviews(read, messages);
}

/** Takes the present state of one message, pushed after it changed. */
export function withUpdate(state: ConversationState, update: MessageUpdate): ConversationState {
  const { message, prev_rev: prevRev, rev } = update;
  const updated = withTimeline(state, { type: 'updated', message, prevRev, rev });
  return withPreviews(updated, [message]);
}

/** Takes a page of what changed after `since`. */
export function withChanged(
  state: ConversationState,
  since: number,
  { messages, rev, last_rev: lastRev }: ChangesResponse,
): ConversationState {
  const changed = withTimeline(state, { type: 'changed', messages, since, rev, lastRev });
  return withPreviews(changed, messages);
}

export function withTimeline(state: ConversationState, action: TimelineAction): ConversationState {
  const timeline = reduceTimeline(state.timeline, action);
  return timeline === state.timeline ? state : { ...state, timeline };
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
  const readBy = new Map(state.readBy);
  readBy.set(userId, seqNo);
  return { ...state, readBy };
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

/** When something happened last, for sorting: milliseconds since the epoch. What we have just written counts. */
export function lastActivityMs(state: ConversationState): number {
  const writtenAtMs = state.timeline.pending.at(-1)?.written_at_ms ?? 0;
  return Math.max(writtenAtMs, Date.parse(state.lastMessage?.created_at ?? state.view.created_at));
}

function withPreviews(state: ConversationState, messages: readonly MessageView[]): ConversationState {
  const lastMessage = messages.reduce((last, message) => later(last, preview(message)), state.lastMessage);
  return lastMessage === state.lastMessage ? state : { ...state, lastMessage };
}

function preview(message: MessageView): LastMessage {
  return {
    seq_no: message.seq_no,
    sender_id: message.sender_id,
    preview: message.content.slice(0, limits.lastMessagePreviewChars),
    created_at: message.created_at,
    rev: message.rev ?? 0,
  };
}

function later(left: LastMessage | undefined, right: LastMessage | undefined): LastMessage | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  if (right.seq_no === left.seq_no) return right.rev > left.rev ? right : left;
  return right.seq_no > left.seq_no ? right : left;
}
