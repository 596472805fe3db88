import type { ConversationsResponse } from '../../events/http-contracts.ts';
import type { ConversationView } from '../../events/server-frames.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Conversation, conversationView, type Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

interface Deps {
  readonly conversations: ConversationStore;
  readonly users: UserStore;
}

/**
 * One page of somebody's conversations, the most recently active of the page first: one Query, one BatchGetItem for
 * the conversations and one for the people in them, however many there are.
 */
export async function listConversations(
  userId: string,
  options: { limit?: number | undefined; cursor?: string | undefined },
  deps: Deps,
): Promise<ConversationsResponse> {
  const page = await deps.conversations.memberships(userId, {
    limit: options.limit ?? limits.conversationsPageMax,
    after: options.cursor,
  });
  const conversations = await viewMemberships(page.memberships, deps);
  return { conversations: conversations.sort(byActivity), next_cursor: page.next ?? null };
}

/** One conversation as one of its members sees it. Throws `conversation.not_found`, foreign or missing alike. */
export async function viewConversation(
  userId: string,
  convoId: string,
  deps: Deps,
): Promise<ConversationView> {
  const membership = await deps.conversations.membership(userId, convoId);
  const [view] = membership ? await viewMemberships([membership], deps) : [];
  if (!view) throw new AppError('conversation.not_found');
  return view;
}

async function viewMemberships(memberships: readonly Membership[], deps: Deps): Promise<ConversationView[]> {
  const conversations = await deps.conversations.getMany(memberships.map(({ convoId }) => convoId));
  return await viewAll(conversations, memberships, deps.users);
}

/** Each conversation as the owner of its membership sees it; those without a membership are left out. */
export async function viewAll(
  conversations: readonly Conversation[],
  memberships: readonly Membership[],
  users: UserStore,
): Promise<ConversationView[]> {
  const byConversation = new Map(memberships.map((membership) => [membership.convoId, membership]));
  const profiles = await users.getMany(conversations.flatMap(({ shownMembers }) => shownMembers));
  const people = new Map(profiles.map((profile) => [profile.userId, profile]));
  return conversations.flatMap((conversation) => {
    const membership = byConversation.get(conversation.convoId);
    return membership ? [conversationView(conversation, membership, people)] : [];
  });
}

function byActivity(a: ConversationView, b: ConversationView): number {
  return activity(b).localeCompare(activity(a));
}

function activity(view: ConversationView): string {
  return view.last_message?.created_at ?? view.created_at;
}
