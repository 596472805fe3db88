import type { Message } from '../messages/message.ts';
import type { ThreadMarks } from './thread-mark-store.ts';
import type { ThreadStore } from './thread-store.ts';

export interface ThreadCounts {
  /** So many of its messages were read: those with the numbers 1 to `read`. */
  readonly read: number;
  readonly unread: number;
}

/**
 * The one count of what somebody has not read in a thread. Read is what they marked there, what all threads were marked up
 * to, and what they wrote (of the few who wrote last), whichever goes furthest. It counts numbers, as the conversation does.
 * Only a thread that went on after the mark of all threads needs to be looked into, and not even then if the others do.
 */
export async function countsOf(
  userId: string,
  root: Message,
  marks: ThreadMarks,
  threads: Pick<ThreadStore, 'countUpTo'>,
): Promise<ThreadCounts> {
  const { replies } = root;
  if (!replies) return { read: 0, unread: 0 };
  const { count } = replies;
  const own = replies.places[replies.userIds.indexOf(userId)] ?? 0;
  const known = Math.max(own, marks.read[root.seq] ?? 0, marks.seq >= replies.lastSeq ? count : 0);
  const maySkip = known >= count || marks.seq <= root.seq;
  const passed = maySkip ? 0 : await threads.countUpTo(root.convoId, root.seq, marks.seq);
  const read = Math.min(count, Math.max(known, passed));
  return { read, unread: count - read };
}
