import type { ThreadMarkFrame } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ServerEvent, Synced } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { backoffMs } from './backoff.ts';
import { type ConversationState, withTimeline } from './conversation-state.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';
import { gapAfter, olderBefore } from './message-window.ts';
import type { StateCell } from './state-cell.ts';
import type { ThreadApi, ThreadPage, ThreadsPage } from './thread-api.ts';
import { ThreadMarksOut } from './thread-marks.ts';
import {
  type ThreadMarks,
  type ThreadState,
  threadSeqOf,
  withOlderReplies,
  withThreadMessages,
  withThreadPage,
  withThreadRead,
  withThreadsRead,
} from './thread-state.ts';

/** A message and what its root says of it come together; so long a hole is likely to close by itself. */
const patienceMs = 300;
/** Then it waits for the next news of the thread. */
const attemptsMax = 8;

export interface ThreadsOptions {
  readonly cell: StateCell;
  readonly api: ThreadApi;
  readonly environment: Pick<ClientEnvironment, 'setTimer' | 'random'>;
  send(frame: ThreadMarkFrame): void;
  /** Messages have come, perhaps older than changes of them: see what is missing. */
  onNews(convoId: string): void;
}

/**
 * Threads that somebody looks at: opened once they are in `ConversationState.threads` and stay up to date (`threadRows`
 * shows one, `unreadInThread` counts). To write in one, send with `thread`. What loads throws ProblemError or UnreachableError.
 */
export class Threads {
  readonly #options: ThreadsOptions;
  readonly #cell: StateCell;
  readonly #api: ThreadApi;
  readonly #marks: ThreadMarksOut;
  readonly #loading = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, Cancel>();
  #isLive = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#cell = options.cell;
    this.#api = options.api;
    this.#marks = new ThreadMarksOut(options);
  }

  /** Loads the end of the thread of this root. Does nothing if it is there already. */
  open(convoId: string, rootSeq: number): Promise<void> {
    const isOpen = this.#thread(convoId, rootSeq) !== undefined;
    return isOpen ? Promise.resolve() : this.#once(convoId, rootSeq, () => this.#open(convoId, rootSeq));
  }

  /** Nobody looks at it any more. */
  close(convoId: string, rootSeq: number): void {
    this.#cell.update(convoId, (state) => {
      const threads = new Map(state.threads);
      return threads.delete(rootSeq) ? { ...state, threads } : state;
    });
  }

  /** Loads one page before what is held. Does nothing if there is none. */
  loadOlder(convoId: string, rootSeq: number): Promise<void> {
    return this.#once(convoId, rootSeq, () => this.#loadOlder(convoId, rootSeq));
  }

  /** Roots that have a thread, the newest root first; with `beforeSeq` those with an older root. */
  async list(convoId: string, beforeSeq?: number): Promise<ThreadsPage> {
    const page = await this.#api.list(convoId, beforeSeq);
    for (const { root, read } of page.threads) this.#takeRead(convoId, root.seq_no, read);
    return page;
  }

  /** The reader has seen this thread up to its message with this number (`thread_seq`). */
  markRead(convoId: string, rootSeq: number, threadSeq: number): void {
    this.#takeRead(convoId, rootSeq, threadSeq);
    this.#marks.mark(convoId, rootSeq, threadSeq);
  }

  /** The reader wants no thread of the conversation to count as unread. */
  markAllRead(convoId: string): void {
    const seqNo = this.#cell.conversation(convoId)?.timeline.knownSeq ?? 0;
    if (seqNo === 0) return;
    this.#takeAllRead(convoId, seqNo);
    this.#marks.mark(convoId, undefined, seqNo);
  }

  handle(event: ServerEvent): void {
    if (event.type === 'synced') this.#heardSynced(event);
    if (event.type !== 'thread.read' && event.type !== 'threads.read') return;
    if (event.user_id !== this.#cell.myId) return;
    const { convo_id: convoId } = event;
    if (event.type === 'threads.read') {
      this.#marks.confirm(convoId, undefined, event.seq_no);
      this.#takeAllRead(convoId, event.seq_no);
    } else {
      this.#marks.confirm(convoId, event.thread, event.thread_seq);
      this.#takeRead(convoId, event.thread, event.thread_seq);
    }
  }

  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    this.#marks.setLive(isLive);
    if (!isLive) this.stop();
    else for (const convoId of this.#cell.current.conversations.keys()) this.notice(convoId);
  }

  /** Another socket is the one now: what was on its way on the one before may not have come. */
  moved(): void {
    this.#marks.setLive(true);
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Messages of the conversation have come: a thread of it may lack some. */
  notice(convoId: string): void {
    for (const thread of this.#cell.conversation(convoId)?.threads.values() ?? [])
      if (gapAfter(thread) !== undefined) this.#schedule(convoId, thread.rootSeq, patienceMs, 0);
  }

  async #open(convoId: string, rootSeq: number): Promise<void> {
    const rev = this.#rev(convoId);
    const page = await this.#api.page(convoId, rootSeq, { limit: limits.historyPageDefault });
    // What came while the page was on its way is in the timeline.
    const seen = this.#cell.conversation(convoId)?.timeline.messages ?? [];
    this.#take(convoId, page, rev, (thread) => withThreadMessages(withThreadPage(thread, page), seen));
  }

  async #loadOlder(convoId: string, rootSeq: number): Promise<void> {
    const thread = this.#thread(convoId, rootSeq);
    const before = thread && olderBefore(thread, threadSeqOf);
    if (before === undefined) return;
    const rev = this.#rev(convoId);
    const page = await this.#api.page(convoId, rootSeq, { before, limit: limits.historyPageDefault });
    this.#take(convoId, page, rev, (held) => (held ? withOlderReplies(held, page) : undefined));
  }

  #schedule(convoId: string, rootSeq: number, delayMs: number, failures: number): void {
    const key = `${convoId} ${rootSeq}`;
    if (!this.#isLive || this.#timers.has(key)) return;
    const attempt = (): void => {
      this.#timers.delete(key);
      void this.#fill(convoId, rootSeq, failures);
    };
    this.#timers.set(key, this.#options.environment.setTimer(attempt, delayMs));
  }

  async #fill(convoId: string, rootSeq: number, failures: number): Promise<void> {
    const thread = this.#thread(convoId, rootSeq);
    const since = thread && gapAfter(thread);
    if (since === undefined) return;
    const rev = this.#rev(convoId);
    try {
      const page = await this.#api.page(convoId, rootSeq, { since, limit: limits.historyPageMax });
      this.#take(convoId, page, rev, (held) => (held ? withThreadPage(held, page) : undefined));
    } catch {
      // The server cannot be asked just now: it is asked again.
    }
    const left = this.#thread(convoId, rootSeq);
    if (left === undefined || gapAfter(left) === undefined) return;
    const isProgress = gapAfter(left) !== since;
    if (!isProgress && failures + 1 >= attemptsMax) return;
    const delayMs = isProgress ? 0 : backoffMs(failures, this.#options.environment.random);
    this.#schedule(convoId, rootSeq, delayMs, isProgress ? 0 : failures + 1);
  }

  /** What came may be as old as `rev`: changes since then are asked for again. */
  #take(
    convoId: string,
    { root, read }: Pick<ThreadPage, 'root' | 'read'>,
    rev: number,
    step: (thread: ThreadState | undefined) => ThreadState | undefined,
  ): void {
    this.#cell.update(convoId, (state) => {
      const thread = step(state.threads.get(root.seq_no));
      if (thread === undefined) return state;
      const threads = new Map(state.threads).set(root.seq_no, thread);
      return withTimeline({ ...state, threads }, { type: 'loaded', rev });
    });
    this.#takeRead(convoId, root.seq_no, read);
    this.#options.onNews(convoId);
  }

  #heardSynced(synced: Synced): void {
    for (const { convo_id: convoId, threads } of synced.conversations) {
      if (threads === undefined) continue;
      this.#marks.confirm(convoId, undefined, threads.seq_no);
      this.#takeAllRead(convoId, threads.seq_no);
      for (const [root, count] of Object.entries(threads.read)) {
        this.#marks.confirm(convoId, Number(root), count);
        this.#takeRead(convoId, Number(root), count);
      }
    }
  }

  #takeRead(convoId: string, rootSeq: number, count: number): void {
    this.#updateMarks(convoId, ({ threadMarks }) => withThreadRead(threadMarks, rootSeq, count));
  }

  #takeAllRead(convoId: string, seqNo: number): void {
    this.#updateMarks(convoId, (state) => withThreadsRead(state.threadMarks, seqNo, rootsOf(state)));
  }

  #updateMarks(convoId: string, step: (state: ConversationState) => ThreadMarks): void {
    this.#cell.update(convoId, (state) => {
      const threadMarks = step(state);
      return threadMarks === state.threadMarks ? state : { ...state, threadMarks };
    });
  }

  /** One request at a time for each thread. */
  #once(convoId: string, rootSeq: number, work: () => Promise<void>): Promise<void> {
    const key = `${convoId} ${rootSeq}`;
    const loading = this.#loading.get(key) ?? work();
    this.#loading.set(key, loading);
    return loading.finally(() => this.#loading.delete(key));
  }

  #thread(convoId: string, rootSeq: number): ThreadState | undefined {
    return this.#cell.conversation(convoId)?.threads.get(rootSeq);
  }

  #rev(convoId: string): number {
    return this.#cell.conversation(convoId)?.timeline.rev ?? 0;
  }
}

/** The roots of threads that are held, in the timeline or opened. */
function rootsOf({ timeline, threads }: ConversationState): MessageView[] {
  const inTimeline = timeline.messages.filter(({ replies }) => replies !== undefined);
  return [...inTimeline, ...[...threads.values()].map(({ root }) => root)];
}
