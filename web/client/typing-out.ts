import type { TypingFrame } from '../../events/client-frames.ts';
import type { ClientEnvironment } from './environment.ts';

/** A start is believed a little longer than this, so that repeating it no sooner keeps it alive. */
const repeatMs = 3_000;

export interface TypingOutOptions {
  readonly environment: Pick<ClientEnvironment, 'now'>;
  send(frame: TypingFrame): void;
}

/** Tells that this person is writing: at most every three seconds, in one conversation at a time. Never repeated. */
export class TypingOut {
  readonly #options: TypingOutOptions;
  #told: { readonly convoId: string; readonly atMs: number } | undefined;

  constructor(options: TypingOutOptions) {
    this.#options = options;
  }

  start(convoId: string): void {
    const nowMs = this.#options.environment.now();
    if (this.#told?.convoId === convoId && nowMs - this.#told.atMs < repeatMs) return;
    if (this.#told !== undefined && this.#told.convoId !== convoId) this.stop(this.#told.convoId);
    this.#told = { convoId, atMs: nowMs };
    this.#options.send({ action: 'typing.start', convo_id: convoId });
  }

  /** Sends nothing if nobody was told that it began. */
  stop(convoId: string): void {
    if (this.#told?.convoId !== convoId) return;
    this.#told = undefined;
    this.#options.send({ action: 'typing.stop', convo_id: convoId });
  }

  /** What was told on the connection that ended expires by itself. */
  forget(): void {
    this.#told = undefined;
  }
}
