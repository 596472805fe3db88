/**
 * What one conversation shows, as a pure reducer. A timeline is a window without holes on the server's order: pushes
 * may come late, twice or not at all, and what lies beyond a hole waits until the hole is filled. Changes of messages
 * have numbers of their own: a message is shown in the latest state that has come, and a missing number is asked for.
 */
import type { Mention } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import { type ConfirmedChange, newerMessage, type PendingChange, withChange } from './message-changes.ts';

/** A message of ours that the server has not confirmed. */
export interface PendingMessage {
  readonly client_msg_id: string;
  readonly content: string;
  readonly reply_to?: number | undefined;
  readonly mentions?: readonly Mention[] | undefined;
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
  /** Everything that is held is at least as new as this change number. */
  readonly rev: number;
  /** The highest change number that the server is known to have given. */
  readonly knownRev: number;
  /** Changes that came before their predecessors: each leads from one number to a higher one. */
  readonly revLinks: readonly RevLink[];
  /** In the order of writing. */
  readonly pending: readonly PendingMessage[];
  /** Our changes, in the order of making them. */
  readonly changes: readonly PendingChange[];
  /** Those of them that are made, but whose result has not come yet. */
  readonly confirmed: readonly ConfirmedChange[];
}

interface RevLink {
  readonly from: number;
  readonly to: number;
}

export type TimelineAction =
  /** Messages from anywhere: pushes, acks, pages that fill a hole. Any order, doubles welcome. */
  | { readonly type: 'received'; readonly messages: readonly MessageView[] }
  /** A page that ends where the window begins; `rev`: the timeline's when the page was asked for. */
  | {
      readonly type: 'older';
      readonly messages: readonly MessageView[];
      readonly hasMore: boolean;
      readonly rev: number;
    }
  /** A message as it is now, after the only changes between two numbers. */
  | {
      readonly type: 'updated';
      readonly message: MessageView;
      readonly prevRev: number;
      readonly rev: number;
    }
  /** All messages that changed after `since`, up to `rev`. */
  | {
      readonly type: 'changed';
      readonly messages: readonly MessageView[];
      readonly since: number;
      readonly rev: number;
      readonly lastRev: number;
    }
  /** The server says how far the conversation goes. */
  | { readonly type: 'known'; readonly seqNo: number; readonly rev: number }
  /** What the outbox holds for this conversation. */
  | {
      readonly type: 'pending';
      readonly pending: readonly PendingMessage[];
      readonly changes: readonly PendingChange[];
    }
  /** The server has made a change of ours. */
  | { readonly type: 'confirmed'; readonly change: ConfirmedChange };

/** A timeline that holds nothing and wants everything after `cursor` and `rev`. */
export function emptyTimeline(cursor: number, rev = 0): Timeline {
  return {
    messages: [],
    cursor,
    ahead: [],
    knownSeq: cursor,
    isFromStart: cursor === 0,
    rev,
    knownRev: rev,
    revLinks: [],
    pending: [],
    changes: [],
    confirmed: [],
  };
}

export function reduceTimeline(timeline: Timeline, action: TimelineAction): Timeline {
  switch (action.type) {
    case 'received':
      return receive(timeline, action.messages);
    case 'older':
      return prepend(timeline, action);
    case 'updated':
      return advance(receive(timeline, [action.message]), { from: action.prevRev, to: action.rev });
    case 'changed': {
      const { messages, since, rev, lastRev } = action;
      return advance(knowRev(receive(timeline, messages), lastRev), { from: since, to: rev });
    }
    case 'known':
      return knowRev(know(timeline, action.seqNo), action.rev);
    case 'pending':
      return { ...timeline, pending: action.pending, changes: action.changes };
    case 'confirmed':
      return confirm(timeline, action.change);
  }
}

/** Where the hole starts: ask the server for what comes after this seq_no. Undefined if there is none. */
export function gapAfter(timeline: Timeline): number | undefined {
  return timeline.knownSeq > timeline.cursor ? timeline.cursor : undefined;
}

/** Changes after this number have not come: ask the server for them. Undefined if none is known to be missing. */
export function changesAfter(timeline: Timeline): number | undefined {
  return timeline.knownRev > timeline.rev ? timeline.rev : undefined;
}

/** The message with this number, if it is in the window. */
export function messageAt(timeline: Timeline, seqNo: number): MessageView | undefined {
  return timeline.messages[seqNo - firstSeq(timeline)];
}

/** Ask for what comes before this seq_no to page back. Undefined if the window begins with the first message. */
export function olderBefore(timeline: Timeline): number | undefined {
  return timeline.isFromStart ? undefined : firstSeq(timeline);
}

export type TimelineRow =
  | {
      readonly kind: 'message';
      /** With our own changes in it that the server has not refused. */
      readonly message: MessageView;
      /** Our changes of it that are not confirmed. */
      readonly changes?: readonly PendingChange[];
    }
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
  const changes = Map.groupBy([...timeline.confirmed, ...timeline.changes], (change) => change.seq_no);
  return [
    ...confirmed.map((message) => messageRow(message, changes.get(message.seq_no), myId)),
    ...timeline.pending
      .filter((pending) => !confirmedIds.has(pending.client_msg_id))
      .map((pending) => ({ kind: 'pending', pending }) as const),
  ];
}

function messageRow(
  message: MessageView,
  changes: readonly (PendingChange | ConfirmedChange)[] | undefined,
  myId: string,
): TimelineRow {
  if (changes === undefined) return { kind: 'message', message };
  const made = changes.filter((change) =>
    'rev' in change ? change.rev > (message.rev ?? 0) : change.state === 'queued',
  );
  const pending = changes.filter((change) => 'state' in change);
  const shown = made.reduce((next, change) => withChange(next, change, myId), message);
  return pending.length === 0
    ? { kind: 'message', message: shown }
    : { kind: 'message', message: shown, changes: pending };
}

function receive(timeline: Timeline, received: readonly MessageView[]): Timeline {
  const renewed = renew(timeline, received);
  const waiting = new Map(renewed.ahead.map((message) => [message.seq_no, message]));
  for (const message of received) {
    if (message.seq_no > renewed.cursor)
      waiting.set(message.seq_no, newerMessage(waiting.get(message.seq_no), message));
  }
  const isNews = [...waiting.values()].some((message, index) => message !== renewed.ahead[index]);
  if (!isNews) return renewed;

  const arrived: MessageView[] = [];
  let cursor = renewed.cursor;
  for (let next = waiting.get(cursor + 1); next !== undefined; next = waiting.get(cursor + 1)) {
    arrived.push(next);
    waiting.delete(next.seq_no);
    cursor = next.seq_no;
  }
  const ahead = [...waiting.values()].sort(bySeq);
  return {
    ...renewed,
    messages: arrived.length > 0 ? [...renewed.messages, ...arrived] : renewed.messages,
    cursor,
    ahead,
    knownSeq: Math.max(renewed.knownSeq, cursor, ahead.at(-1)?.seq_no ?? 0),
  };
}

/** Takes newer states of messages in the window; what lies before it comes in its present state when it is loaded. */
function renew(timeline: Timeline, received: readonly MessageView[]): Timeline {
  const start = firstSeq(timeline);
  let messages: MessageView[] | undefined;
  for (const message of received) {
    const index = message.seq_no - start;
    const held = (messages ?? timeline.messages)[index];
    if (held === undefined || newerMessage(held, message) === held) continue;
    messages ??= [...timeline.messages];
    messages[index] = message;
  }
  return messages === undefined ? timeline : { ...timeline, messages };
}

/**
 * Takes the run that ends exactly before the window; a page that does not fit any more is dropped. Changes that came
 * while the page was on its way may not be in it, and were of no use to a window without it: they are asked for again.
 */
function prepend(timeline: Timeline, action: Extract<TimelineAction, { type: 'older' }>): Timeline {
  const bySeqNo = new Map(action.messages.map((message) => [message.seq_no, message]));
  const run: MessageView[] = [];
  let seqNo = firstSeq(timeline) - 1;
  for (let next = bySeqNo.get(seqNo); next !== undefined; next = bySeqNo.get(seqNo)) {
    run.push(next);
    seqNo -= 1;
  }
  if (run.length === 0 && action.messages.length > 0) return timeline;
  return {
    ...timeline,
    messages: [...run.reverse(), ...timeline.messages],
    isFromStart: seqNo === 0 || !action.hasMore,
    rev: Math.min(timeline.rev, action.rev),
  };
}

/** Goes on from number to number as far as the links lead, and forgets what has come by then. */
function advance(timeline: Timeline, link: RevLink): Timeline {
  if (link.to <= timeline.rev) return timeline;
  const known = knowRev(timeline, link.to);
  const links = [...known.revLinks, link].sort((left, right) => left.from - right.from);
  let rev = known.rev;
  for (const { from, to } of links) if (from <= rev) rev = Math.max(rev, to);
  const revLinks = links.filter(({ to }) => to > rev);
  const confirmed = known.confirmed.filter((change) => change.rev > rev);
  return { ...known, rev, revLinks, confirmed };
}

function knowRev(timeline: Timeline, rev: number): Timeline {
  return rev > timeline.knownRev ? { ...timeline, knownRev: rev } : timeline;
}

function confirm(timeline: Timeline, change: ConfirmedChange): Timeline {
  const known = knowRev(timeline, change.rev);
  const isKnown = known.confirmed.some((other) => other.client_msg_id === change.client_msg_id);
  if (change.rev <= known.rev || isKnown) return known;
  return { ...known, confirmed: [...known.confirmed, change] };
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
