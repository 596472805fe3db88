import type { Typing } from '../../events/server-frames.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';

export interface TypingInOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  onChange(convoId: string, userId: string, isTyping: boolean): void;
}

/** Who is writing. A stop may be lost, so that every start ends by itself. */
export class TypingIn {
  readonly #options: TypingInOptions;
  readonly #timers = new Map<string, Cancel>();

  constructor(options: TypingInOptions) {
    this.#options = options;
  }

  handle(event: Typing): void {
    const { convo_id: convoId, user_id: userId } = event;
    if (event.type === 'typing.stop') this.end(convoId, userId);
    else this.#begin(convoId, userId, event.expires_in_ms);
  }

  /** They have stopped, or what they wrote has come. */
  end(convoId: string, userId: string): void {
    const key = keyOf(convoId, userId);
    this.#timers.get(key)?.();
    if (this.#timers.delete(key)) this.#options.onChange(convoId, userId, false);
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #begin(convoId: string, userId: string, expiresInMs: number): void {
    const key = keyOf(convoId, userId);
    const isNew = !this.#timers.has(key);
    this.#timers.get(key)?.();
    const cancel = this.#options.environment.setTimer(() => this.end(convoId, userId), expiresInMs);
    this.#timers.set(key, cancel);
    if (isNew) this.#options.onChange(convoId, userId, true);
  }
}

function keyOf(convoId: string, userId: string): string {
  return `${convoId} ${userId}`;
}
