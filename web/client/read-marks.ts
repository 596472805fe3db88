import type { MessageReadFrame, MessageUnreadFrame } from '../../events/client-frames.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';

const intervalMs = 1_000;

export interface ReadMarksOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  send(frame: MessageReadFrame | MessageUnreadFrame): void;
}

interface Mark {
  /** What the server should have, and what it is known to have. */
  wanted: number;
  confirmed: number;
  /** What was sent on this connection. */
  sent: number;
  /** The reader has put the mark back to `wanted`, and the server has not said that it did. */
  putBack?: 'wanted' | 'sent' | undefined;
}

/**
 * Tells the server how far the reader has come, or back to where they want to begin again: at most one frame a second, the highest mark only. A mark may be lost
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
    mark.putBack = undefined;
    if (this.#cancelTimer === undefined) this.#sendOne();
  }

  /** The server has this mark, from here or from another device. */
  confirm(convoId: string, seqNo: number): void {
    const mark = this.#markOf(convoId);
    mark.confirmed = Math.max(mark.confirmed, seqNo);
  }

  /** How far the reader has come here, if the server may not know it yet. */
  unconfirmed(convoId: string): number {
    const mark = this.#markOf(convoId);
    return mark.wanted > mark.confirmed ? mark.wanted : 0;
  }

  /** Whether the server may still show a mark that the reader has put back. */
  isPuttingBack(convoId: string): boolean {
    return this.#markOf(convoId).putBack !== undefined;
  }

  /** The reader puts the mark back: reading on starts from there. */
  putBack(convoId: string, seqNo: number): void {
    this.#marks.set(convoId, { wanted: seqNo, confirmed: seqNo, sent: seqNo, putBack: 'wanted' });
    if (this.#cancelTimer === undefined) this.#sendOne();
  }

  /** The server has put the mark back, for here or for another device. */
  confirmPutBack(convoId: string, seqNo: number): void {
    this.#marks.set(convoId, { wanted: seqNo, confirmed: seqNo, sent: seqNo });
  }

  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const mark of this.#marks.values()) {
      mark.sent = 0;
      if (mark.putBack !== undefined) mark.putBack = 'wanted';
    }
    this.#sendOne();
  }

  #sendOne(): void {
    this.#cancelTimer = undefined;
    if (!this.#isLive) return;
    const next = [...this.#marks].find(([, mark]) => isDue(mark));
    if (next === undefined) return;
    const [convoId, mark] = next;
    const action = mark.putBack === undefined ? 'message.read' : 'message.unread';
    mark.sent = mark.wanted;
    if (mark.putBack !== undefined) mark.putBack = 'sent';
    this.#options.send({ action, convo_id: convoId, seq_no: mark.wanted });
    this.#cancelTimer = this.#options.environment.setTimer(() => this.#sendOne(), intervalMs);
  }

  #markOf(convoId: string): Mark {
    const mark = this.#marks.get(convoId) ?? { wanted: 0, confirmed: 0, sent: 0 };
    this.#marks.set(convoId, mark);
    return mark;
  }
}

function isDue(mark: Mark): boolean {
  return mark.putBack === 'wanted' || mark.wanted > Math.max(mark.sent, mark.confirmed);
}
