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
  /** Where somebody is told that this person is writing. */
  #told: string | undefined;
  /** The last start; another one there comes no sooner, even if a message ended it. */
  #last: { readonly convoId: string; readonly atMs: number } | undefined;

  constructor(options: TypingOutOptions) {
    this.#options = options;
  }

  start(convoId: string): void {
    const nowMs = this.#options.environment.now();
    if (this.#told !== undefined && this.#told !== convoId) this.stop(this.#told);
    if (this.#last?.convoId === convoId && nowMs - this.#last.atMs < repeatMs) return;
    this.#told = convoId;
    this.#last = { convoId, atMs: nowMs };
    this.#options.send({ action: 'typing.start', convo_id: convoId });
  }

  /** Sends nothing if nobody was told that it began. */
  stop(convoId: string): void {
    if (this.#told !== convoId) return;
    this.#told = undefined;
    this.#options.send({ action: 'typing.stop', convo_id: convoId });
  }

  /** What was told on the connection that ended expires by itself. */
  forget(): void {
    this.#told = undefined;
    this.#last = undefined;
  }
}
