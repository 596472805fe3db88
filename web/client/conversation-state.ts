/** What the client knows of one conversation, and the pure steps from one state to the next. */
import type { MessageView } from '../../events/http-contracts.ts';
import type { ConversationView } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { emptyTimeline, reduceTimeline, type Timeline, type TimelineAction } from './timeline.ts';

export type LastMessage = NonNullable<ConversationView['last_message']>;

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
}

/** Takes what the server shows now. High-water marks only rise: an answer may be older than a push. */
export function withView(state: ConversationState | undefined, view: ConversationView): ConversationState {
  const timeline = state?.timeline ?? emptyTimeline(view.seq);
  return {
    convoId: view.convo_id,
    view,
    timeline: reduceTimeline(timeline, { type: 'known', seqNo: view.seq }),
    lastMessage: later(state?.lastMessage, view.last_message ?? undefined),
    readSeq: Math.max(state?.readSeq ?? 0, view.read_seq),
    readBy: state?.readBy ?? new Map(),
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
  const lastMessage = messages.reduce((last, message) => later(last, preview(message)), state.lastMessage);
  return { ...read, lastMessage };
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

export function unreadCount(state: ConversationState): number {
  return Math.max(0, state.timeline.knownSeq - state.readSeq);
}

/** When something happened last, for sorting: milliseconds since the epoch. What we have just written counts. */
export function lastActivityMs(state: ConversationState): number {
  const writtenAtMs = state.timeline.pending.at(-1)?.written_at_ms ?? 0;
  return Math.max(writtenAtMs, Date.parse(state.lastMessage?.created_at ?? state.view.created_at));
}

function preview(message: MessageView): LastMessage {
  return {
    seq_no: message.seq_no,
    sender_id: message.sender_id,
    preview: message.content.slice(0, limits.lastMessagePreviewChars),
    created_at: message.created_at,
  };
}

function later(left: LastMessage | undefined, right: LastMessage | undefined): LastMessage | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return right.seq_no > left.seq_no ? right : left;
}
