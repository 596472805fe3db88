/** What is shown of a timeline, and of a thread. */
import type { MessageView } from '../../events/http-contracts.ts';
import { type ConfirmedChange, type PendingChange, withChange } from './message-changes.ts';
import type { HeldMessage } from './message-window.ts';
import type { ThreadState } from './thread-state.ts';
import type { PendingMessage, Timeline } from './timeline.ts';

export type TimelineRow =
  | {
      readonly kind: 'message';
      /** With our own changes in it that the server has not refused. `system` is set on lines that nobody wrote. */
      readonly message: MessageView;
      /** Our changes of it that are not confirmed. */
      readonly changes?: readonly PendingChange[];
    }
  | { readonly kind: 'pending'; readonly pending: PendingMessage };

/**
 * The rows to show, without the messages of threads unless `replies` asks for them: a root tells of its thread in
 * `message.replies`. Messages of `myId` that are confirmed already but wait behind a hole are shown at the end, so that
 * what somebody wrote never disappears from under them.
 */
export function timelineRows(timeline: Timeline, myId: string, { replies = false } = {}): TimelineRow[] {
  const isShown = ({ thread }: { readonly thread?: number | undefined }) => replies || thread === undefined;
  return rowsOf(timeline, myId, {
    confirmed: timeline.messages.filter((message) => isShown(message) && saysSomething(message)),
    ahead: timeline.ahead.filter(isShown),
    pending: timeline.pending.filter(isShown),
  });
}

/** The rows of one thread, without its root. What is on its way is in the conversation's timeline. */
export function threadRows(thread: ThreadState, timeline: Timeline, myId: string): TimelineRow[] {
  const isOfThread = (message: { readonly thread?: number | undefined }) => message.thread === thread.rootSeq;
  const held = new Set(thread.messages.map(({ seq_no }) => seq_no));
  const waiting = [...thread.ahead, ...timeline.ahead].filter(
    (message) => isOfThread(message) && !held.has(message.seq_no),
  );
  return rowsOf(timeline, myId, {
    confirmed: thread.messages,
    ahead: [...new Map(waiting.map((message) => [message.seq_no, message])).values()],
    pending: timeline.pending.filter(isOfThread),
  });
}

/** A message that is shown by itself, a root above its thread say, with our own changes in it. */
export function messageRow(timeline: Timeline, message: MessageView, myId: string): TimelineRow {
  return rowOf(message, changesBySeq(timeline).get(message.seq_no), myId);
}

/** A line that a newer server wrote, and that this client has no words for, does not. */
function saysSomething({ content, system, forwarded, deleted_at: deletedAt }: HeldMessage): boolean {
  return content !== '' || system !== undefined || forwarded !== undefined || deletedAt !== undefined;
}

interface Shown {
  readonly confirmed: readonly HeldMessage[];
  readonly ahead: readonly HeldMessage[];
  readonly pending: readonly PendingMessage[];
}

function rowsOf(timeline: Timeline, myId: string, { confirmed, ahead, pending }: Shown): TimelineRow[] {
  const shown = [...confirmed, ...ahead.filter((message) => message.sender_id === myId)];
  const confirmedIds = new Set(
    shown.filter((message) => message.sender_id === myId).map((message) => message.client_msg_id),
  );
  const changes = changesBySeq(timeline);
  return [
    ...shown.map((message) => rowOf(message, changes.get(message.seq_no), myId)),
    ...pending
      .filter((each) => !confirmedIds.has(each.client_msg_id))
      .map((each) => ({ kind: 'pending', pending: each }) as const),
  ];
}

type Changes = readonly (PendingChange | ConfirmedChange)[];

function changesBySeq(timeline: Timeline): ReadonlyMap<number, Changes> {
  return Map.groupBy([...timeline.confirmed, ...timeline.changes], (change) => change.seq_no);
}

function rowOf(message: MessageView, changes: Changes | undefined, myId: string): TimelineRow {
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
