/**
 * What a client keeps of one conversation, and how it merges what it is told: docs/protocol.md [Y8] for its messages, [V7]
 * for what the conversation is.
 */
import type { SyncCursor } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ConversationView, ServerEvent, Synced } from '../../events/server-frames.ts';

/** What has a `version`: the rest of a view is known by the messages and the marks. */
export type ConversationFacts = Pick<ConversationView, (typeof factNames)[number]>;
const sharedNames = [
  'title',
  'topic',
  'avatar',
  'archived_at',
  'history',
  'posting',
  'member_count',
  'version',
] as const satisfies (keyof ConversationView)[];
const factNames = [
  ...sharedNames,
  'members',
  'capabilities',
  'role',
  'state',
  'from_seq',
] as const satisfies (keyof ConversationView)[];

const pick = <K extends string>(names: readonly K[], from: { readonly [P in K]: unknown }) =>
  Object.fromEntries(names.map((name) => [name, from[name]]));
export const factsOf = (view: ConversationView) => pick(factNames, view) as ConversationFacts;

export class Replica {
  readonly #messages = new Map<number, MessageView>();
  #rev = 0;
  #facts: ConversationFacts | undefined;
  /** Of the last whole view: up to here the client knows what became of the conversation. */
  #version: number | undefined;

  get rev(): number {
    return this.#rev;
  }

  get facts(): ConversationFacts | undefined {
    return this.#facts;
  }

  messages(): MessageView[] {
    return [...this.#messages.values()].sort((a, b) => a.seq_no - b.seq_no);
  }

  /** The last number without a gap before it. */
  get seq(): number {
    let seq = this.#facts?.from_seq ?? 0;
    while (this.#messages.has(seq + 1)) seq += 1;
    return seq;
  }

  cursor(): SyncCursor {
    const version = this.#version;
    return { seq_no: this.seq, rev: this.#rev, ...(version !== undefined && { version }) };
  }

  /** Its part of a sync frame: it names what it knows, and what its person left as long as it keeps it. */
  cursors(convoId: string): Record<string, SyncCursor> {
    return this.#facts ? { [convoId]: this.cursor() } : {};
  }

  /** Whatever comes, from wherever: the state with the higher change number stays. */
  put(message: MessageView): void {
    if (message.seq_no <= (this.#facts?.from_seq ?? 0)) return;
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
    if (event.type === 'conversation.update') this.takeView(event.conversation);
    if (event.type === 'conversation.details') this.#overlay(event.version, pick(sharedNames, event));
    if (event.type === 'member.update') this.#overlay(event.version, { member_count: event.member_count });
  }

  /** A whole view: what was shown before of a later version is not taken back. */
  takeView(view: ConversationView): void {
    if (this.#facts && view.version < this.#facts.version) return;
    this.#facts = factsOf(view);
    this.#version = view.version;
    for (const seq of this.#messages.keys()) if (seq <= view.from_seq) this.#messages.delete(seq);
  }

  /** Shown at once, though it does not say all that happened up to its version. */
  #overlay(version: number, news: Partial<ConversationFacts>): void {
    if (!this.#facts || version <= this.#facts.version) return;
    this.#facts = { ...this.#facts, ...news, version };
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
