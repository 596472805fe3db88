import type { Conversation } from '../../shared/conversations/conversation.ts';
import type { UserProfile } from '../../shared/users/user.ts';
import { aConversation, anna, aProfile, ben, membershipsOf } from './builders.ts';
import { inMemoryConversationStore } from './in-memory-conversation-store.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';

/** A conversation in memory whose members have profiles, each the same as the others but for its name. */
export function conversationWithMembers({
  members = [anna, ben],
  profile = {},
  ...given
}: Partial<Conversation> & {
  readonly members?: readonly string[];
  readonly profile?: Partial<UserProfile>;
} = {}) {
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ members, ...given });
  conversations.put(conversation, membershipsOf(conversation, members));
  const users = inMemoryUserStore(...members.map((userId) => aProfile(userId, { userId, ...profile })));
  return { conversations, conversation, users };
}
