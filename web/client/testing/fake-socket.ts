import type { ClientFrame } from '../../../events/client-frames.ts';
import type { ServerEvent } from '../../../events/server-frames.ts';
import type { SocketLike } from '../environment.ts';

/** One end of a socket in memory. Frames arrive later, as on a real one, in microtasks. */
export class FakeSocket implements SocketLike {
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  onerror: SocketLike['onerror'] = null;
  readonly userId: string;
  readonly #onFrame: (frame: ClientFrame) => void;
  #isOpen = true;

  constructor(userId: string, isAccepted: boolean, onFrame: (frame: ClientFrame) => void) {
    this.userId = userId;
    this.#onFrame = onFrame;
    queueMicrotask(() => (isAccepted ? this.onopen?.() : this.drop(1006)));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(text: string): void {
    if (this.#isOpen) queueMicrotask(() => this.#onFrame(JSON.parse(text)));
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Several events travel in one batch frame. */
  receive(events: readonly ServerEvent[]): void {
    if (events.length === 0) return;
    const data = JSON.stringify(events.length === 1 ? events[0] : { type: 'batch', events });
    queueMicrotask(() => {
      if (this.#isOpen) this.onmessage?.({ data });
    });
  }

  /** The connection ends from the other side. */
  drop(code: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.onclose?.({ code });
  }
}
