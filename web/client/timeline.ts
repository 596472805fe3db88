/**
 * What one conversation shows, as a pure reducer. A timeline is a window without holes on the server's order. Changes of
 * messages have numbers of their own: a message is shown in the latest state that has come, and a missing number is asked
 * for. Its rows: timeline-rows.ts.
 */
import type { Mention } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ConfirmedChange, PendingChange } from './message-changes.ts';
import {
  emptyWindow,
  type HeldMessage,
  knownUpTo,
  type MessageWindow,
  narrowed,
  prepended,
  received,
} from './message-window.ts';

/** A message of ours that the server has not confirmed. */
export interface PendingMessage {
  readonly client_msg_id: string;
  readonly content: string;
  readonly reply_to?: number | undefined;
  readonly mentions?: readonly Mention[] | undefined;
  /** The root of the thread that it belongs to. */
  readonly thread?: number | undefined;
  /** The message that goes with it, and what is shown of it until the server says what it is. */
  readonly forward?: { readonly convo_id: string; readonly seq_no: number } | undefined;
  readonly forwarded?: MessageView['forwarded'];
  /** When it was written, milliseconds since the epoch, by this machine's clock. */
  readonly written_at_ms: number;
  readonly state: 'queued' | 'failed';
  readonly error?: { readonly code: string; readonly detail: string } | undefined;
}

export interface Timeline extends MessageWindow {
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
  | { readonly type: 'received'; readonly messages: readonly HeldMessage[] }
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
  /** What of it this person may see: after `fromSeq`, and for whoever left up to `until`. */
  | {
      readonly type: 'window';
      readonly fromSeq: number;
      readonly until?: { readonly seqNo: number; readonly rev: number } | undefined;
    }
  /** Something was loaded that may be as old as this change number. */
  | { readonly type: 'loaded'; readonly rev: number }
  /** What the outbox holds for this conversation. */
  | {
      readonly type: 'pending';
      readonly pending: readonly PendingMessage[];
      readonly changes: readonly PendingChange[];
    }
  /** The server has made a change of ours. */
  | { readonly type: 'confirmed'; readonly change: ConfirmedChange };

/** A timeline that holds nothing and wants everything after `cursor` and `rev`. */
export function emptyTimeline(cursor: number, rev = 0, fromSeq = 0): Timeline {
  return {
    ...emptyWindow(cursor, fromSeq),
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
      return received(timeline, action.messages);
    case 'older': {
      const longer = prepended(timeline, action);
      return longer === timeline ? timeline : loaded(longer, action.rev);
    }
    case 'updated':
      return advance(received(timeline, [action.message]), { from: action.prevRev, to: action.rev });
    case 'changed': {
      const { messages, since, rev, lastRev } = action;
      return advance(knowRev(received(timeline, messages), lastRev), { from: since, to: rev });
    }
    case 'known':
      return knowRev(knownUpTo(timeline, action.seqNo), action.rev);
    case 'window':
      return within(timeline, action);
    case 'loaded':
      return loaded(timeline, action.rev);
    case 'pending':
      return { ...timeline, pending: action.pending, changes: action.changes };
    case 'confirmed':
      return confirm(timeline, action.change);
  }
}

/** Changes after this number have not come: ask the server for them. Undefined if none is known to be missing. */
export function changesAfter(timeline: Timeline): number | undefined {
  return timeline.knownRev > timeline.rev ? timeline.rev : undefined;
}

/**
 * Changes that came while something older was on its way may not be in it, and were of no use to a window without it: they
 * are asked for again.
 */
function loaded(timeline: Timeline, rev: number): Timeline {
  return rev < timeline.rev ? { ...timeline, rev } : timeline;
}

function within(
  timeline: Timeline,
  { fromSeq, until }: Extract<TimelineAction, { type: 'window' }>,
): Timeline {
  const next = narrowed(timeline, fromSeq, until?.seqNo);
  if (until === undefined || until.rev >= next.knownRev) return next;
  const revLinks = next.revLinks.filter(({ to }) => to <= until.rev);
  return { ...next, knownRev: until.rev, rev: Math.min(next.rev, until.rev), revLinks };
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
