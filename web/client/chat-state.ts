/** What a signed-in person's client knows, and the pure steps from one state to the next. */
import type { ConversationView, PersonView } from '../../events/server-frames.ts';
import type { Me } from '../../events/user-contracts.ts';
import type { ConnectionState } from './connection.ts';
import {
  type ConversationState,
  isMember,
  lastActivityMs,
  withTimeline,
  withView,
} from './conversation-state.ts';
import { type InviteMap, withoutInvite } from './invite-state.ts';
import type { NoticeMap } from './notice-state.ts';
import { isChange, isMessage, type OutboxEntry } from './outbox-store.ts';
import type { PresenceMap } from './presence-state.ts';

/** Immutable: every change makes a new one. */
export interface ChatState {
  readonly me: Me;
  readonly connection: ConnectionState;
  /** False until the list of conversations has come for the first time. */
  readonly isLoaded: boolean;
  /** Those that this person is in, and those that they have left while this client was there (see `isMember`). */
  readonly conversations: ReadonlyMap<string, ConversationState>;
  /** Everybody who was heard of, by id. */
  readonly people: ReadonlyMap<string, PersonView>;
  /** Read it with `pendingInvites`. */
  readonly invites: InviteMap;
  /** Read it with `activeNotices`. */
  readonly notices: NoticeMap;
  /** Read it with `statusOf`. */
  readonly presence: PresenceMap;
}

export function initialChatState(me: Me): ChatState {
  return {
    me,
    connection: 'closed',
    isLoaded: false,
    conversations: new Map(),
    people: new Map([[me.user_id, me]]),
    invites: new Map(),
    notices: new Map(),
    presence: new Map(),
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
  let { people, invites } = state;
  for (const view of views) {
    conversations.set(view.convo_id, withView(conversations.get(view.convo_id), view));
    people = withPeople(people, view.members);
    if (view.state === 'member') invites = withoutInvite(invites, view.convo_id, 'accepted');
  }
  return { ...state, conversations, people, invites };
}

/** The same map if nothing differs. */
export function withPeople(
  people: ReadonlyMap<string, PersonView>,
  seen: readonly PersonView[],
): ReadonlyMap<string, PersonView> {
  const news = seen.filter((person) => JSON.stringify(people.get(person.user_id)) !== JSON.stringify(person));
  return news.length === 0
    ? people
    : new Map([...people, ...news.map((person) => [person.user_id, person] as const)]);
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

/** The conversations with the latest activity first, those that this person has left among them. */
export function byActivity(state: ChatState): ConversationState[] {
  return [...state.conversations.values()].sort(
    (left, right) => lastActivityMs(right) - lastActivityMs(left),
  );
}

/** The same without those that this person has left. */
export function presentByActivity(state: ChatState): ConversationState[] {
  return byActivity(state).filter(isMember);
}
