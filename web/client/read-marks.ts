import type { MessageReadFrame } from '../../events/client-frames.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';

const intervalMs = 1_000;

export interface ReadMarksOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  send(frame: MessageReadFrame): void;
}

interface Mark {
  /** What the server should have, and what it is known to have. */
  wanted: number;
  confirmed: number;
  /** What was sent on this connection. */
  sent: number;
}

/**
 * Tells the server how far the reader has come: at most one frame a second, the highest mark only. A mark may be lost
 * with its socket; it is kept until the server shows that it has it, and sent again after the next sync.
 */
export class ReadMarks {
  readonly #options: ReadMarksOptions;
  readonly #marks = new Map<string, Mark>();
  #isLive = false;
  #cancelTimer: Cancel | undefined;

  constructor(options: ReadMarksOptions) {
    this.#options = options;
  }

  mark(convoId: string, seqNo: number): void {
    const mark = this.#markOf(convoId);
    if (seqNo <= Math.max(mark.wanted, mark.confirmed)) return;
    mark.wanted = seqNo;
    if (this.#cancelTimer === undefined) this.#sendOne();
  }

  /** The server has this mark, from here or from another device. */
  confirm(convoId: string, seqNo: number): void {
    const mark = this.#markOf(convoId);
    mark.confirmed = Math.max(mark.confirmed, seqNo);
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
    const next = [...this.#marks].find(([, mark]) => mark.wanted > Math.max(mark.sent, mark.confirmed));
    if (next === undefined) return;
    const [convoId, mark] = next;
    mark.sent = mark.wanted;
    this.#options.send({ action: 'message.read', convo_id: convoId, seq_no: mark.wanted });
    this.#cancelTimer = this.#options.environment.setTimer(() => this.#sendOne(), intervalMs);
  }

  #markOf(convoId: string): Mark {
    const mark = this.#marks.get(convoId) ?? { wanted: 0, confirmed: 0, sent: 0 };
    this.#marks.set(convoId, mark);
    return mark;
  }
}
