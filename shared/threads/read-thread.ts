import type { ThreadResponse } from '../../events/http-contracts.ts';
import { isWithin, type ReadingWindow, side } from '../conversations/reading-window.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { asSeenIn } from '../messages/as-of.ts';
import { type Message, messageView } from '../messages/message.ts';
import type { ThreadReaders } from './list-threads.ts';
import { countsOf } from './unread-in-thread.ts';

/** One of the two, or none for the newest page; numbers in the thread, exclusive. */
export interface ThreadRange {
  readonly limit?: number | undefined;
  readonly since?: number | undefined;
  readonly before?: number | undefined;
}

/**
 * A page of one thread, ascending, each message in its present state, or as it was when the reader left. A message of a thread
 * stands for its root; one that nobody has answered in a thread has an empty one. Numbers in a thread have no gaps, so that
 * `has_more` is arithmetic; it speaks of the direction that was asked for.
 * Throws `conversation.not_found`, `message.not_found` (foreign and missing alike), or `request.invalid` for both bounds.
 */
export async function readThread(
  userId: string,
  convoId: string,
  { seq, ...range }: ThreadRange & { readonly seq: number },
  deps: ThreadReaders,
): Promise<ThreadResponse> {
  if (range.since !== undefined && range.before !== undefined) {
    throw new AppError('request.invalid', 'since and before exclude each other');
  }
  const { window } = await side(userId, convoId, deps.conversations);
  const root = await rootWithin(window, convoId, seq, deps);
  const count = await visibleCount(root, window, deps);
  const { from, to, hasMore } = pageOf(range, count);
  const seqs = from <= to ? await deps.threads.replies(convoId, root.seq, from, to) : [];
  const found = await deps.messages.many(convoId, [...seqs, root.seq]);
  const [shownRoot = root, ...messages] = await asSeenIn(window, found, deps.messages);
  const counts = window.asOf
    ? { read: count, unread: 0 }
    : await countsOf(userId, root, await deps.threadMarks.of(userId, convoId), deps.threads);
  return {
    root: messageView(shownRoot),
    messages: messages.map(messageView),
    ...counts,
    has_more: hasMore,
  };
}

async function rootWithin(
  window: ReadingWindow,
  convoId: string,
  seq: number,
  { messages }: ThreadReaders,
): Promise<Message> {
  const messageAt = async (one: number) =>
    isWithin(window, one) ? (await messages.many(convoId, [one]))[0] : undefined;
  const named = await messageAt(seq);
  const root = named?.thread === undefined ? named : await messageAt(named.thread);
  if (!root) throw new AppError('message.not_found');
  return root;
}

/** Of a thread that went on after their window was looked up they see what was in it, in case they have just left. */
async function visibleCount(
  { convoId, seq, replies }: Message,
  { to }: ReadingWindow,
  { threads }: ThreadReaders,
): Promise<number> {
  if (!replies) return 0;
  return replies.lastSeq > to ? await threads.countUpTo(convoId, seq, to) : replies.count;
}

function pageOf({ limit = limits.historyPageDefault, since, before }: ThreadRange, count: number) {
  if (since !== undefined) {
    const to = Math.min(since + limit, count);
    return { from: since + 1, to, hasMore: to < count };
  }
  const to = Math.min((before ?? count + 1) - 1, count);
  const from = Math.max(1, to - limit + 1);
  return { from, to, hasMore: from > 1 };
}
