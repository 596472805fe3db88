/** What a client keeps of one conversation, and how it merges what it is told: docs/protocol.md [Y8]. */
import type { SyncCursor } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ServerEvent, Synced } from '../../events/server-frames.ts';

export class Replica {
  readonly #messages = new Map<number, MessageView>();
  #rev = 0;

  get rev(): number {
    return this.#rev;
  }

  messages(): MessageView[] {
    return [...this.#messages.values()].sort((a, b) => a.seq_no - b.seq_no);
  }

  /** The last number without a gap before it. */
  get seq(): number {
    let seq = 0;
    while (this.#messages.has(seq + 1)) seq += 1;
    return seq;
  }

  cursor(): SyncCursor {
    return { seq_no: this.seq, rev: this.#rev };
  }

  /** Whatever comes, from wherever: the state with the higher change number stays. */
  put(message: MessageView): void {
    const held = this.#messages.get(message.seq_no);
    if ((message.rev ?? 0) >= (held?.rev ?? 0)) this.#messages.set(message.seq_no, message);
  }

  take(event: ServerEvent): void {
    if (event.type === 'message.create') {
      const { type: _, ...message } = event;
      this.put(message);
    }
    if (event.type === 'message.update') {
      this.put(event.message);
      if (event.prev_rev <= this.#rev) this.advance(event.rev);
    }
  }

  /** The answer to its own sync. */
  takeSync(events: readonly ServerEvent[], convoId: string): Synced['conversations'][number] | undefined {
    for (const event of events) this.take(event);
    const last = events.findLast((event) => event.type === 'synced');
    const state = last?.conversations.find(({ convo_id }) => convo_id === convoId);
    if (state) this.advance(state.sent_rev);
    return state;
  }

  /** Everything up to here has come. */
  advance(rev: number): void {
    this.#rev = Math.max(this.#rev, rev);
  }
}
