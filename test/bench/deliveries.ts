import type { ErrorFrame } from '../../events/server-frames.ts';
import { type ErrorCode, errorTable } from '../../shared/errors.ts';
import { newClientMsgId } from '../support/people.ts';
import type { BenchSocket } from './bench-socket.ts';

/** One message and its times, `performance.now()`. */
interface Times {
  readonly socket: BenchSocket;
  readonly frame: { readonly convo_id: string; readonly client_msg_id: string; readonly content: string };
  readonly sentMs: number;
  ackMs?: number;
  readonly deliveredMs: number[];
}

/**
 * Sends messages and takes the time until the sender has its ack and each receiver the message. What is refused for the
 * moment is sent again, as a client does, and counts from its first send; any other refusal ends everything.
 */
export class Deliveries {
  /** How many sends were refused for the moment. */
  refusals = 0;
  readonly #times = new Map<string, Times>();
  readonly #receivers: number;
  readonly #failed = Promise.withResolvers<never>();
  readonly #complete = Promise.withResolvers<void>();
  #expected: number;
  #done = 0;

  /** `count` messages will be sent, and each reaches `receivers` of the sockets that are watched. */
  constructor({ count, receivers }: { count: number; receivers: number }) {
    this.#expected = count;
    this.#receivers = receivers;
    this.#failed.promise.catch(() => {});
  }

  watchSender(socket: BenchSocket): void {
    socket.listeners.onAck = (ack, atMs) => {
      const times = this.#times.get(ack.client_msg_id);
      if (ack.status === 'rejected') this.#fail(ack);
      if (!times || times.ackMs !== undefined) return;
      times.ackMs = atMs;
      this.#check(times);
    };
    socket.listeners.onOther = (event) => {
      if (event.type === 'error') this.#refused(event);
    };
  }

  watchReceiver(socket: BenchSocket): void {
    const seen = new Set<string>();
    socket.listeners.onMessage = ({ client_msg_id }, atMs) => {
      const times = this.#times.get(client_msg_id);
      if (!times || seen.has(client_msg_id)) return;
      seen.add(client_msg_id);
      times.deliveredMs.push(atMs);
      this.#check(times);
    };
  }

  send(socket: BenchSocket, convoId: string, content: string): void {
    const frame = { convo_id: convoId, client_msg_id: newClientMsgId(), content };
    this.#times.set(frame.client_msg_id, { socket, frame, sentMs: performance.now(), deliveredMs: [] });
    socket.send(frame);
  }

  /** Resolves when every message is acknowledged and with every receiver. */
  async complete(timeoutMs = 120_000): Promise<void> {
    const timer = setTimeout(
      () => this.#fail(`${this.#done} of ${this.#expected} messages arrived`),
      timeoutMs,
    );
    await Promise.race([this.#complete.promise, this.#failed.promise]).finally(() => clearTimeout(timer));
  }

  get ackTimesMs(): number[] {
    return [...this.#times.values()].map(({ sentMs, ackMs = Number.NaN }) => ackMs - sentMs);
  }

  /** Until the last receiver had it. */
  get deliveryTimesMs(): number[] {
    return [...this.#times.values()].map(({ sentMs, deliveredMs }) => Math.max(...deliveredMs) - sentMs);
  }

  /** From the first send to the last delivery. */
  get durationMs(): number {
    const all = [...this.#times.values()];
    const lastMs = Math.max(...all.map(({ deliveredMs }) => Math.max(...deliveredMs)));
    return lastMs - Math.min(...all.map(({ sentMs }) => sentMs));
  }

  #check({ ackMs, deliveredMs }: Times): void {
    if (ackMs === undefined || deliveredMs.length < this.#receivers) return;
    this.#done += 1;
    if (this.#done === this.#expected) this.#complete.resolve();
  }

  #refused(error: ErrorFrame): void {
    const times = this.#times.get(error.client_msg_id ?? '');
    if (!times || !errorTable[error.code as ErrorCode]?.retryable) {
      this.#fail(error);
      return;
    }
    this.refusals += 1;
    setTimeout(() => times.socket.send(times.frame), error.retry_after_ms ?? 1_000);
  }

  #fail(why: unknown): void {
    this.#failed.reject(new Error(`the bench was refused: ${JSON.stringify(why)}`));
  }
}
