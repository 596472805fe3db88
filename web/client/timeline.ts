/**
 * What one conversation shows, as a pure reducer. A timeline is a window without holes on the server's order: pushes
 * may come late, twice or not at all, and what lies beyond a hole waits until the hole is filled.
 */
import type { MessageView } from '../../events/http-contracts.ts';

/** A message of ours that the server has not confirmed. */
export interface PendingMessage {
  readonly client_msg_id: string;
  readonly content: string;
  /** When it was written, milliseconds since the epoch, by this machine's clock. */
  readonly written_at_ms: number;
  readonly state: 'queued' | 'failed';
  readonly error?: { readonly code: string; readonly detail: string } | undefined;
}

export interface Timeline {
  /** Ascending by seq_no and without a hole: the last one is `cursor`. Empty until something was loaded. */
  readonly messages: readonly MessageView[];
  /** The last seq_no that is held without a hole. What is older than the window comes by paging back. */
  readonly cursor: number;
  /** Ascending; beyond a hole that starts after `cursor`. */
  readonly ahead: readonly MessageView[];
  /** The highest seq_no that the server is known to have given. */
  readonly knownSeq: number;
  /** Nothing comes before the window. */
  readonly isFromStart: boolean;
  /** In the order of writing. */
  readonly pending: readonly PendingMessage[];
}

export type TimelineAction =
  /** Messages from anywhere: pushes, acks, pages that fill a hole. Any order, doubles welcome. */
  | { readonly type: 'received'; readonly messages: readonly MessageView[] }
  /** A page that ends where the window begins. */
  | { readonly type: 'older'; readonly messages: readonly MessageView[]; readonly hasMore: boolean }
  /** The server says how far the conversation goes. */
  | { readonly type: 'known'; readonly seqNo: number }
  /** What the outbox holds for this conversation. */
  | { readonly type: 'pending'; readonly pending: readonly PendingMessage[] };

/** A timeline that holds nothing and wants everything after `cursor`. */
export function emptyTimeline(cursor: number): Timeline {
  return { messages: [], cursor, ahead: [], knownSeq: cursor, isFromStart: cursor === 0, pending: [] };
}

export function reduceTimeline(timeline: Timeline, action: TimelineAction): Timeline {
  switch (action.type) {
    case 'received':
      return receive(timeline, action.messages);
    case 'older':
      return prepend(timeline, action.messages, action.hasMore);
    case 'known':
      return know(timeline, action.seqNo);
    case 'pending':
      return { ...timeline, pending: action.pending };
  }
}

/** Where the hole starts: ask the server for what comes after this seq_no. Undefined if there is none. */
export function gapAfter(timeline: Timeline): number | undefined {
  return timeline.knownSeq > timeline.cursor ? timeline.cursor : undefined;
}

/** Ask for what comes before this seq_no to page back. Undefined if the window begins with the first message. */
export function olderBefore(timeline: Timeline): number | undefined {
  return timeline.isFromStart ? undefined : firstSeq(timeline);
}

export type TimelineRow =
  | { readonly kind: 'message'; readonly message: MessageView }
  | { readonly kind: 'pending'; readonly pending: PendingMessage };

/**
 * The rows to show. Messages of `myId` that are confirmed already but wait behind a hole are shown at the end, so
 * that what somebody wrote never disappears from under them.
 */
export function timelineRows(timeline: Timeline, myId: string): TimelineRow[] {
  const confirmed = [...timeline.messages, ...timeline.ahead.filter((message) => message.sender_id === myId)];
  const confirmedIds = new Set(
    confirmed.filter((message) => message.sender_id === myId).map((message) => message.client_msg_id),
  );
  return [
    ...confirmed.map((message) => ({ kind: 'message', message }) as const),
    ...timeline.pending
      .filter((pending) => !confirmedIds.has(pending.client_msg_id))
      .map((pending) => ({ kind: 'pending', pending }) as const),
  ];
}

function receive(timeline: Timeline, received: readonly MessageView[]): Timeline {
  const waiting = new Map(timeline.ahead.map((message) => [message.seq_no, message]));
  for (const message of received) {
    if (message.seq_no > timeline.cursor) waiting.set(message.seq_no, message);
  }
  if (waiting.size === timeline.ahead.length) return timeline;

  const arrived: MessageView[] = [];
  let cursor = timeline.cursor;
  for (let next = waiting.get(cursor + 1); next !== undefined; next = waiting.get(cursor + 1)) {
    arrived.push(next);
    waiting.delete(next.seq_no);
    cursor = next.seq_no;
  }
  const ahead = [...waiting.values()].sort(bySeq);
  return {
    ...timeline,
    messages: arrived.length > 0 ? [...timeline.messages, ...arrived] : timeline.messages,
    cursor,
    ahead,
    knownSeq: Math.max(timeline.knownSeq, cursor, ahead.at(-1)?.seq_no ?? 0),
  };
}

/** Takes the run that ends exactly before the window; a page that does not fit any more is dropped. */
function prepend(timeline: Timeline, page: readonly MessageView[], hasMore: boolean): Timeline {
  const bySeqNo = new Map(page.map((message) => [message.seq_no, message]));
  const run: MessageView[] = [];
  let seqNo = firstSeq(timeline) - 1;
  for (let next = bySeqNo.get(seqNo); next !== undefined; next = bySeqNo.get(seqNo)) {
    run.push(next);
    seqNo -= 1;
  }
  if (run.length === 0 && page.length > 0) return timeline;
  return {
    ...timeline,
    messages: [...run.reverse(), ...timeline.messages],
    isFromStart: seqNo === 0 || !hasMore,
  };
}

/** A window that holds nothing has nothing to lose: it moves to the end instead of filling a hole nobody saw. */
function know(timeline: Timeline, seqNo: number): Timeline {
  if (seqNo <= timeline.knownSeq) return timeline;
  const holdsNothing = timeline.messages.length === 0 && timeline.ahead.length === 0;
  if (!holdsNothing) return { ...timeline, knownSeq: seqNo };
  return { ...timeline, knownSeq: seqNo, cursor: seqNo, isFromStart: false };
}

/** The seq_no with which the window begins, or would begin if it held something. */
function firstSeq(timeline: Timeline): number {
  return timeline.messages[0]?.seq_no ?? timeline.cursor + 1;
}

function bySeq(left: MessageView, right: MessageView): number {
  return left.seq_no - right.seq_no;
}
