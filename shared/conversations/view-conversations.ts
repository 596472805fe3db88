import type { ConversationsResponse } from '../../events/http-contracts.ts';
import type { ConversationView } from '../../events/server-frames.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Conversation, conversationView, type Details, type Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { formerView } from './former-view.ts';
import { side } from './reading-window.ts';

interface ViewDeps {
  readonly conversations: Pick<ConversationStore, 'details'>;
  readonly users: Pick<UserStore, 'getMany'>;
}
interface Deps extends ViewDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'getMany' | 'standings' | 'standing' | 'details'>;
}

interface ListOptions {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly membership?: 'present' | 'former' | undefined;
}

/**
 * One page of the conversations that somebody is a member of, or was, the most recently active of the page first: one Query,
 * one BatchGetItem for the conversations and those of `viewAll`, however many there are. A page may hold fewer than `limit`,
 * or none, and have a next one all the same.
 */
export async function listConversations(
  userId: string,
  { limit = limits.conversationsPageMax, cursor, membership = 'present' }: ListOptions,
  deps: Deps,
): Promise<ConversationsResponse> {
  const page = await deps.conversations.standings(userId, { limit, after: cursor });
  const wanted = page.memberships.filter(({ left }) => (left === undefined) === (membership === 'present'));
  const found = await deps.conversations.getMany(wanted.map(({ convoId }) => convoId));
  const conversations = await viewAll(found, wanted, deps);
  return { conversations: conversations.sort(byActivity), next_cursor: page.next ?? null };
}

/**
 * One conversation as one of its members sees it, or as somebody who left saw it then. Throws `conversation.not_found`,
 * foreign or missing alike.
 */
export async function viewConversation(
  userId: string,
  convoId: string,
  deps: Deps,
): Promise<ConversationView> {
  const { conversation, standing } = await side(userId, convoId, deps.conversations);
  const [view] = await viewAll([conversation], [standing], deps);
  if (!view) throw new AppError('conversation.not_found');
  return view;
}

/**
 * Each conversation as the owner of its membership sees it; those without a membership are left out. One BatchGetItem for
 * the people in them and, if any has a topic or an avatar, one beside it for those.
 */
export async function viewAll(
  conversations: readonly Conversation[],
  memberships: readonly Membership[],
  deps: ViewDeps,
): Promise<ConversationView[]> {
  const standings = new Map(memberships.map((membership) => [membership.convoId, membership]));
  const pairs = conversations.flatMap((conversation) => {
    const membership = standings.get(conversation.convoId);
    return membership ? [{ conversation, membership }] : [];
  });
  const present = pairs.flatMap(({ conversation, membership }) => (membership.left ? [] : [conversation]));
  const detailed = present.filter(({ hasDetails }) => hasDetails).map(({ convoId }) => convoId);
  const [profiles, details] = await Promise.all([
    deps.users.getMany(present.flatMap(({ shownMembers }) => shownMembers)),
    detailed.length > 0 ? deps.conversations.details(detailed) : new Map<string, Details>(),
  ]);
  const people = new Map(profiles.map((profile) => [profile.userId, profile]));
  return pairs.map(({ conversation, membership: { left, ...membership } }) =>
    left
      ? formerView(conversation, { ...membership, left })
      : conversationView(conversation, membership, people, details.get(conversation.convoId)),
  );
}

function byActivity(a: ConversationView, b: ConversationView): number {
  return activity(b).localeCompare(activity(a));
}

function activity(view: ConversationView): string {
  return view.last_message?.created_at ?? view.created_at;
}
