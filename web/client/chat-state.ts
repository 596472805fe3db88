/** What a signed-in person's client knows, and the pure steps from one state to the next. */
import type { ConversationView, PersonView } from '../../events/server-frames.ts';
import type { Me } from '../../events/user-contracts.ts';
import type { ConnectionState } from './connection.ts';
import { type ConversationState, lastActivityMs, withTimeline, withView } from './conversation-state.ts';
import { isChange, isMessage, type OutboxEntry } from './outbox-store.ts';

/** Immutable: every change makes a new one. */
export interface ChatState {
  readonly me: Me;
  readonly connection: ConnectionState;
  /** False until the list of conversations has come for the first time. */
  readonly isLoaded: boolean;
  readonly conversations: ReadonlyMap<string, ConversationState>;
  readonly people: ReadonlyMap<string, PersonView>;
}

export function initialChatState(me: Me): ChatState {
  return {
    me,
    connection: 'closed',
    isLoaded: false,
    conversations: new Map(),
    people: new Map([[me.user_id, me]]),
  };
}

/** The same state if nothing differs. */
export function withMe(state: ChatState, me: Me): ChatState {
  if (JSON.stringify(me) === JSON.stringify(state.me)) return state;
  return { ...state, me, people: new Map(state.people).set(me.user_id, me) };
}

/** The same state if there is no such conversation, or if the step changes nothing. */
export function withConversation(
  state: ChatState,
  convoId: string,
  step: (conversation: ConversationState) => ConversationState,
): ChatState {
  const before = state.conversations.get(convoId);
  if (before === undefined) return state;
  const after = step(before);
  if (after === before) return state;
  return { ...state, conversations: new Map(state.conversations).set(convoId, after) };
}

/** Takes conversations as the server shows them now, and the people in them. */
export function withViews(state: ChatState, views: readonly ConversationView[]): ChatState {
  const conversations = new Map(state.conversations);
  const people = new Map(state.people);
  for (const view of views) {
    conversations.set(view.convo_id, withView(conversations.get(view.convo_id), view));
    for (const person of view.members) people.set(person.user_id, person);
  }
  return { ...state, conversations, people };
}

/** Shows in every conversation what the outbox holds for it. */
export function withPending(state: ChatState, entries: readonly OutboxEntry[]): ChatState {
  const byConversation = Map.groupBy(entries, (entry) => entry.convo_id);
  let next = state;
  for (const { convoId, timeline } of state.conversations.values()) {
    const waiting = byConversation.get(convoId) ?? [];
    if (waiting.length === 0 && timeline.pending.length === 0 && timeline.changes.length === 0) continue;
    const pending = waiting.filter(isMessage);
    const changes = waiting.filter(isChange);
    next = withConversation(next, convoId, (each) =>
      withTimeline(each, { type: 'pending', pending, changes }),
    );
  }
  return next;
}

/** The conversations with the latest activity first. */
export function byActivity(state: ChatState): ConversationState[] {
  return [...state.conversations.values()].sort(
    (left, right) => lastActivityMs(right) - lastActivityMs(left),
  );
}
