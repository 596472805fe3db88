import type { ThreadMarkFrame } from '../../events/client-frames.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';

const intervalMs = 1_000;

export interface ThreadMarksOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  send(frame: ThreadMarkFrame): void;
}

interface Mark {
  readonly convoId: string;
  /** Undefined: all threads of the conversation, up to a number of the conversation. */
  readonly rootSeq: number | undefined;
  /** What the server should have, and what it is known to have. */
  wanted: number;
  confirmed: number;
  /** What was sent on this connection. */
  sent: number;
}

/**
 * Tells the server how far this person has read in threads: at most one frame a second, the highest mark of each thread
 * only. A mark may be lost with its socket; it is kept until the server shows that it has it, and sent again after the next
 * sync.
 */
export class ThreadMarksOut {
  readonly #options: ThreadMarksOptions;
  readonly #marks = new Map<string, Mark>();
  #isLive = false;
  #cancelTimer: Cancel | undefined;

  constructor(options: ThreadMarksOptions) {
    this.#options = options;
  }

  /** So many messages of this thread; without a root, in all threads what came up to this number. */
  mark(convoId: string, rootSeq: number | undefined, upTo: number): void {
    const mark = this.#markOf(convoId, rootSeq);
    if (upTo <= Math.max(mark.wanted, mark.confirmed)) return;
    mark.wanted = upTo;
    if (this.#cancelTimer === undefined) this.#sendOne();
  }

  /** The server has this mark, from here or from another device. */
  confirm(convoId: string, rootSeq: number | undefined, upTo: number): void {
    const mark = this.#markOf(convoId, rootSeq);
    mark.confirmed = Math.max(mark.confirmed, upTo);
  }

  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const mark of this.#marks.values()) mark.sent = 0;
    this.#sendOne();
  }

  #sendOne(): void {
    this.#cancelTimer = undefined;
    if (!this.#isLive) return;
    const next = [...this.#marks.values()].find((mark) => mark.wanted > Math.max(mark.sent, mark.confirmed));
    if (next === undefined) return;
    next.sent = next.wanted;
    this.#options.send(frameOf(next));
    this.#cancelTimer = this.#options.environment.setTimer(() => this.#sendOne(), intervalMs);
  }

  #markOf(convoId: string, rootSeq: number | undefined): Mark {
    const key = `${convoId} ${rootSeq ?? 'all'}`;
    const mark = this.#marks.get(key) ?? { convoId, rootSeq, wanted: 0, confirmed: 0, sent: 0 };
    this.#marks.set(key, mark);
    return mark;
  }
}

function frameOf({ convoId, rootSeq, wanted }: Mark): ThreadMarkFrame {
  return rootSeq === undefined
    ? { action: 'threads.read', convo_id: convoId, seq_no: wanted }
    : { action: 'thread.read', convo_id: convoId, thread: rootSeq, thread_seq: wanted };
}
