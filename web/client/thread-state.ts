/** What the client knows of threads, as pure steps. A thread is a window on its own numbers, 1 to `root.replies.count`. */
import type { MessageView } from '../../events/http-contracts.ts';
import { newerMessage } from './message-changes.ts';
import { emptyWindow, type HeldMessage, type MessageWindow, prepended, received } from './message-window.ts';
import type { ThreadPage } from './thread-api.ts';

/** A thread that was opened. Its numbers (`cursor`, `knownSeq` …) are those of `thread_seq`. */
export interface ThreadState extends MessageWindow {
  readonly rootSeq: number;
  readonly root: MessageView;
}

/** How far this person has read the threads of a conversation, on whichever device. */
export interface ThreadMarks {
  /** In every thread all messages up to this number of the conversation are read. */
  readonly seq: number;
  /** Root → so many messages of its thread are read. */
  readonly read: ReadonlyMap<number, number>;
}

export const noThreadMarks: ThreadMarks = { seq: 0, read: new Map() };

/** How many messages of the thread of this root are unread: the one count, wherever it is shown. */
export function unreadInThread(root: Pick<MessageView, 'seq_no' | 'replies'>, marks: ThreadMarks): number {
  const { count = 0, last_seq: lastSeq = 0 } = root.replies ?? {};
  if (lastSeq <= marks.seq) return 0;
  return Math.max(0, count - (marks.read.get(root.seq_no) ?? 0));
}

/** The number of a message in its thread; 0 while only its sender's device knows of it. */
export function threadSeqOf(message: HeldMessage): number {
  return message.thread_seq ?? 0;
}

/** Takes the end of a thread, or of one that is held already, what came since. */
export function withThreadPage(
  thread: ThreadState | undefined,
  page: Pick<ThreadPage, 'root' | 'messages' | 'has_more'>,
): ThreadState {
  if (thread !== undefined) return withThreadMessages(thread, [page.root, ...page.messages]);
  const first = page.messages[0]?.thread_seq;
  const before = first === undefined ? (page.root.replies?.count ?? 0) : first - 1;
  const empty = { ...emptyWindow(before), rootSeq: page.root.seq_no, root: page.root };
  return withThreadMessages({ ...empty, isFromStart: !page.has_more }, [page.root, ...page.messages]);
}

/** Takes messages from anywhere; those of other threads are left out. */
export function withThreadMessages(thread: ThreadState, messages: readonly HeldMessage[]): ThreadState {
  const root = messages
    .filter(({ seq_no }) => seq_no === thread.rootSeq)
    .reduce((held: MessageView, message) => newerMessage(held, message), thread.root);
  const replies = messages.filter(
    (message) => message.thread === thread.rootSeq && message.thread_seq !== undefined,
  );
  const next = received(thread, replies, threadSeqOf);
  const knownSeq = Math.max(next.knownSeq, root.replies?.count ?? 0);
  return next === thread && root === thread.root && knownSeq === thread.knownSeq
    ? thread
    : { ...next, root, knownSeq };
}

/** Takes a page that ends where the window begins. */
export function withOlderReplies(
  thread: ThreadState,
  page: Pick<ThreadPage, 'root' | 'messages' | 'has_more'>,
): ThreadState {
  const longer = prepended(thread, { messages: page.messages, hasMore: page.has_more }, threadSeqOf);
  return withThreadMessages(longer, [page.root, ...page.messages]);
}

/** Marks only rise. The same marks if nothing moves. */
export function withThreadRead(marks: ThreadMarks, rootSeq: number, count: number): ThreadMarks {
  if (count <= (marks.read.get(rootSeq) ?? 0)) return marks;
  return { ...marks, read: new Map(marks.read).set(rootSeq, count) };
}

/** All threads are read up to this number of the conversation; of these roots all messages are. */
export function withThreadsRead(
  marks: ThreadMarks,
  seq: number,
  roots: readonly Pick<MessageView, 'seq_no' | 'replies'>[],
): ThreadMarks {
  const risen = seq > marks.seq ? { ...marks, seq } : marks;
  return roots
    .filter(({ replies }) => replies !== undefined && replies.last_seq <= seq)
    .reduce((next, root) => withThreadRead(next, root.seq_no, root.replies?.count ?? 0), risen);
}
