import type { MessageDeliveredFrame } from '../../events/client-frames.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';

/** Messages that come together make one mark, and what is read at once needs none. */
const pauseMs = 250;
/** The least time between two marks of one conversation. */
const intervalMs = 1_000;
/** A frame may be lost with its socket. One that is older than this on a connection that breaks has arrived. */
const doubtMs = 30_000;

export interface DeliveryMarksOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer' | 'now'>;
  send(frame: MessageDeliveredFrame): void;
}

interface Mark {
  wanted: number;
  /** What the server has, as far as we know. */
  confirmed: number;
  sent: number;
  sentAtMs: number;
  cancelTimer?: Cancel | undefined;
}

/**
 * Tells the server what has reached this device: the highest number only, at most one frame a second for each
 * conversation, and nothing that was read, because what is read was delivered.
 */
export class DeliveryMarks {
  readonly #options: DeliveryMarksOptions;
  readonly #marks = new Map<string, Mark>();
  #isLive = false;

  constructor(options: DeliveryMarksOptions) {
    this.#options = options;
  }

  mark(convoId: string, seqNo: number): void {
    const mark = this.#markOf(convoId);
    mark.wanted = Math.max(mark.wanted, seqNo);
    mark.cancelTimer ??= this.#options.environment.setTimer(() => this.#due(convoId, mark), pauseMs);
  }

  /** The server has this mark, from here or from another device, or a mark of reading that covers it. */
  confirm(convoId: string, seqNo: number): void {
    const mark = this.#markOf(convoId);
    mark.confirmed = Math.max(mark.confirmed, seqNo);
  }

  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    if (isLive) for (const [convoId, mark] of this.#marks) this.#send(convoId, mark);
    else this.#stop();
  }

  #stop(): void {
    const doubtfulSinceMs = this.#options.environment.now() - doubtMs;
    for (const mark of this.#marks.values()) {
      mark.cancelTimer?.();
      mark.cancelTimer = undefined;
      if (mark.sentAtMs < doubtfulSinceMs) mark.confirmed = Math.max(mark.confirmed, mark.sent);
      mark.sent = 0;
    }
  }

  #due(convoId: string, mark: Mark): void {
    mark.cancelTimer = undefined;
    this.#send(convoId, mark);
  }

  #send(convoId: string, mark: Mark): void {
    if (!this.#isLive || mark.wanted <= Math.max(mark.sent, mark.confirmed)) return;
    const { environment } = this.#options;
    const waitMs = mark.sentAtMs + intervalMs - environment.now();
    if (waitMs > 0) {
      mark.cancelTimer ??= environment.setTimer(() => this.#due(convoId, mark), waitMs);
      return;
    }
    mark.sent = mark.wanted;
    mark.sentAtMs = environment.now();
    this.#options.send({ action: 'message.delivered', convo_id: convoId, seq_no: mark.wanted });
  }

  #markOf(convoId: string): Mark {
    const mark = this.#marks.get(convoId) ?? { wanted: 0, confirmed: 0, sent: 0, sentAtMs: 0 };
    this.#marks.set(convoId, mark);
    return mark;
  }
}
