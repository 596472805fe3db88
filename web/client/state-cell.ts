import { type ChatState, withConversation } from './chat-state.ts';
import type { ConversationState } from './conversation-state.ts';

/** The one place of the state; everything that changes it goes through here. */
export class StateCell {
  #current: ChatState;
  readonly #onChange: () => void;

  constructor(initial: ChatState, onChange: () => void) {
    this.#current = initial;
    this.#onChange = onChange;
  }

  get current(): ChatState {
    return this.#current;
  }

  get myId(): string {
    return this.#current.me.user_id;
  }

  conversation(convoId: string): ConversationState | undefined {
    return this.#current.conversations.get(convoId);
  }

  /** Tells nobody when nothing differs. */
  set(changes: Partial<ChatState>): void {
    const isNews = Object.entries(changes).some(
      ([name, value]) => this.#current[name as keyof ChatState] !== value,
    );
    if (!isNews) return;
    this.#current = { ...this.#current, ...changes };
    this.#onChange();
  }

  /** The same for one conversation, if it is known. */
  update(convoId: string, step: (conversation: ConversationState) => ConversationState): void {
    this.set(withConversation(this.#current, convoId, step));
  }
}
