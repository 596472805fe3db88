import type { TypingFrame } from '../../events/client-frames.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { type ConversationState, withTyping } from './conversation-state.ts';
import type { ClientEnvironment } from './environment.ts';
import type { StateCell } from './state-cell.ts';
import { TypingIn } from './typing-in.ts';
import { TypingOut } from './typing-out.ts';

export interface TypingOptions {
  readonly cell: StateCell;
  readonly environment: Pick<ClientEnvironment, 'now' | 'setTimer'>;
  send(frame: TypingFrame): void;
}

/** Whether anybody may hear of it there. */
function isTold(state: ConversationState | undefined): boolean {
  return state !== undefined && state.view.member_count <= limits.typingMembersMax;
}

/** Who is writing, here and elsewhere. */
export class Typing {
  readonly #options: TypingOptions;
  readonly #in: TypingIn;
  readonly #out: TypingOut;

  constructor(options: TypingOptions) {
    const { cell, environment } = options;
    this.#options = options;
    this.#out = new TypingOut(options);
    this.#in = new TypingIn({
      environment,
      onChange: (convoId, userId, isTyping) =>
        cell.update(convoId, (state) => withTyping(state, userId, isTyping)),
    });
  }

  set(convoId: string, isTyping: boolean): void {
    const { cell } = this.#options;
    if (!isTyping) this.#out.stop(convoId);
    else if (cell.current.connection === 'live' && isTold(cell.conversation(convoId)))
      this.#out.start(convoId);
  }

  handle(event: ServerEvent): void {
    if (event.type === 'message.create') this.#in.end(event.convo_id, event.sender_id);
    if (event.type !== 'typing.start' && event.type !== 'typing.stop') return;
    if (event.user_id !== this.#options.cell.myId) this.#in.handle(event);
  }

  /** What was told on the connection that ended expires by itself. */
  forget(): void {
    this.#out.forget();
  }

  close(): void {
    this.#in.close();
  }
}
