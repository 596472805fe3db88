import type { ConversationView, MessageCreate, MessageUpdate } from '../../events/server-frames.ts';

export type EarlyEvent = MessageCreate | MessageUpdate;

export interface NewcomersOptions {
  conversation(convoId: string): Promise<ConversationView>;
  /** The conversation is known now; these events of it came before. */
  onKnown(view: ConversationView, early: readonly EarlyEvent[]): void;
}

/** Conversations that we hear of before we know them: somebody has just begun them. */
export class Newcomers {
  readonly #options: NewcomersOptions;
  /** Events of conversations that we are asking the server about. */
  readonly #early = new Map<string, EarlyEvent[]>();

  constructor(options: NewcomersOptions) {
    this.#options = options;
  }

  askFor(convoId: string, event?: EarlyEvent): void {
    const asked = this.#early.get(convoId);
    const early = asked ?? [];
    if (event !== undefined) early.push(event);
    if (asked !== undefined) return;
    this.#early.set(convoId, early);
    this.#options
      .conversation(convoId)
      .then((view) => this.#options.onKnown(view, early))
      // The list that comes with the next connection has it.
      .catch((error: unknown) => console.warn('A new conversation could not be loaded yet', error))
      .finally(() => this.#early.delete(convoId));
  }
}
