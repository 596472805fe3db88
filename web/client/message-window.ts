/**
 * A window without holes on numbered messages, as pure steps: pushes may come late, twice or not at all, and what lies
 * beyond a hole waits until the hole is filled. In a conversation the numbers are `seq_no`, in a thread `thread_seq`.
 */
import type { MessageView } from '../../events/http-contracts.ts';
import { newerMessage } from './message-changes.ts';

/**
 * A message as the client holds it. `provisional`: one of ours that the server has stored, made from what was sent, because
 * the server's own has not come yet; it is shown, and asked for.
 */
export type HeldMessage = MessageView & { readonly provisional?: true | undefined };

export interface MessageWindow {
  /** Ascending and without a hole: the last one is `cursor`. Empty until something was loaded. */
  readonly messages: readonly HeldMessage[];
  /** The last number that is held without a hole. What is older than the window comes by paging back. */
  readonly cursor: number;
  /** Ascending; beyond a hole that starts after `cursor`. */
  readonly ahead: readonly HeldMessage[];
  /** The highest number that the server is known to have given. */
  readonly knownSeq: number;
  /** Nothing comes before the window. */
  readonly isFromStart: boolean;
  /** Up to this number there is nothing for this person to see. */
  readonly fromSeq: number;
}

type NumberOf = (message: HeldMessage) => number;
const seqOf: NumberOf = (message) => message.seq_no;

/** A window that holds nothing and wants everything after `cursor`. */
export function emptyWindow(cursor: number, fromSeq = 0): MessageWindow {
  return { messages: [], cursor, ahead: [], knownSeq: cursor, isFromStart: cursor <= fromSeq, fromSeq };
}

/** The number with which the window begins, or would begin if it held something. */
export function firstOf(window: MessageWindow, numberOf = seqOf): number {
  const first = window.messages[0];
  return first === undefined ? window.cursor + 1 : numberOf(first);
}

/** Where the hole starts: ask the server for what comes after this number. Undefined if there is none. */
export function gapAfter(window: MessageWindow): number | undefined {
  return window.knownSeq > window.cursor ? window.cursor : undefined;
}

/** Ask for what comes before this number to page back. Undefined if the window begins with the first message. */
export function olderBefore(window: MessageWindow, numberOf = seqOf): number | undefined {
  return window.isFromStart ? undefined : firstOf(window, numberOf);
}

/** The message with this number, if it is in the window. */
export function messageAt(window: MessageWindow, number: number, numberOf = seqOf): HeldMessage | undefined {
  return window.messages[number - firstOf(window, numberOf)];
}

/** Takes messages from anywhere, in any order; doubles are welcome. The same window if nothing is news. */
export function received<W extends MessageWindow>(
  window: W,
  incoming: readonly HeldMessage[],
  numberOf = seqOf,
): W {
  const renewed = renew(window, incoming, numberOf);
  const waiting = new Map(renewed.ahead.map((message) => [numberOf(message), message]));
  for (const message of incoming) {
    const number = numberOf(message);
    if (number > renewed.cursor) waiting.set(number, newerMessage(waiting.get(number), message));
  }
  const isNews = [...waiting.values()].some((message, index) => message !== renewed.ahead[index]);
  return isNews ? moveOn(renewed, waiting, numberOf) : renewed;
}

/** Takes the run that ends exactly before the window; a page that does not fit any more is dropped. */
export function prepended<W extends MessageWindow>(
  window: W,
  page: { readonly messages: readonly HeldMessage[]; readonly hasMore: boolean },
  numberOf = seqOf,
): W {
  const byNumber = new Map(page.messages.map((message) => [numberOf(message), message]));
  const run: HeldMessage[] = [];
  let number = firstOf(window, numberOf) - 1;
  for (let next = byNumber.get(number); next !== undefined; next = byNumber.get(number)) {
    run.push(next);
    number -= 1;
  }
  if (run.length === 0 && page.messages.length > 0) return window;
  return {
    ...window,
    messages: [...run.reverse(), ...window.messages],
    isFromStart: number <= window.fromSeq || !page.hasMore,
  };
}

/** A window that holds nothing has nothing to lose: it moves to the end instead of filling a hole nobody saw. */
export function knownUpTo<W extends MessageWindow>(window: W, number: number): W {
  if (number <= window.knownSeq) return window;
  if (window.messages.length + window.ahead.length > 0) return { ...window, knownSeq: number };
  return { ...window, knownSeq: number, cursor: number, isFromStart: false };
}

/** Forgets what is outside of `fromSeq` < number ≤ `untilSeq`: more is not for this person to see. */
export function narrowed<W extends MessageWindow>(window: W, fromSeq: number, untilSeq = Infinity): W {
  if (fromSeq === window.fromSeq && untilSeq >= window.knownSeq) return window;
  const isInside = ({ seq_no }: HeldMessage) => seq_no > fromSeq && seq_no <= untilSeq;
  const messages = window.messages.filter(isInside);
  const ahead = window.ahead.filter(isInside);
  const knownSeq = Math.max(fromSeq, Math.min(window.knownSeq, untilSeq));
  const heldNothing = window.messages.length + window.ahead.length === 0;
  const cursor = heldNothing ? knownSeq : Math.max(fromSeq, Math.min(window.cursor, knownSeq));
  const next = { ...window, messages, ahead: [], knownSeq, cursor, fromSeq };
  return received({ ...next, isFromStart: firstOf(next) - 1 <= fromSeq }, ahead);
}

function moveOn<W extends MessageWindow>(
  window: W,
  waiting: Map<number, HeldMessage>,
  numberOf: NumberOf,
): W {
  const arrived: HeldMessage[] = [];
  let cursor = window.cursor;
  for (let next = waiting.get(cursor + 1); next && !next.provisional; next = waiting.get(cursor + 1)) {
    arrived.push(next);
    cursor += 1;
    waiting.delete(cursor);
  }
  const ahead = [...waiting.values()].sort((left, right) => numberOf(left) - numberOf(right));
  const last = ahead.at(-1);
  return {
    ...window,
    messages: arrived.length > 0 ? [...window.messages, ...arrived] : window.messages,
    cursor,
    ahead,
    knownSeq: Math.max(window.knownSeq, cursor, last === undefined ? 0 : numberOf(last)),
  };
}

/** Takes newer states of messages in the window; what lies before it comes in its present state when it is loaded. */
function renew<W extends MessageWindow>(window: W, incoming: readonly HeldMessage[], numberOf: NumberOf): W {
  const start = firstOf(window, numberOf);
  let messages: HeldMessage[] | undefined;
  for (const message of incoming) {
    const index = numberOf(message) - start;
    const held = (messages ?? window.messages)[index];
    if (held === undefined || newerMessage(held, message) === held) continue;
    messages ??= [...window.messages];
    messages[index] = message;
  }
  return messages === undefined ? window : { ...window, messages };
}
