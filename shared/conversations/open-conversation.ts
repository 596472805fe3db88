import type { OpenConversationRequest } from '../../events/http-contracts.ts';
import { type Clock, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import { directConversationId, type Ids } from '../ids.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Conversation } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

export interface OpenedConversation {
  readonly conversation: Conversation;
  readonly memberIds: readonly string[];
  /** False when the two people had their conversation already. */
  readonly created: boolean;
}

/**
 * Opens a conversation of the caller with others. Two people have one direct conversation, however often and from
 * whichever side it is opened. Throws `request.invalid` or `user.not_found`.
 */
export async function openConversation(
  callerId: string,
  request: OpenConversationRequest,
  deps: { conversations: ConversationStore; users: UserStore; ids: Ids; clock: Clock },
): Promise<OpenedConversation> {
  const others = [...new Set(request.members)].filter((userId) => userId !== callerId);
  if (request.type === 'direct' && others.length > 1) {
    throw new AppError('request.invalid', 'members: a direct conversation has one other person');
  }
  if (others.length + 1 > limits.conversationMembersMax) {
    throw new AppError(
      'request.invalid',
      `members: at most ${limits.conversationMembersMax} people, you included`,
    );
  }
  await assertAllExist(others, deps.users);

  const memberIds = [callerId, ...others];
  const conversation = newConversation(request, memberIds, deps);
  const { convoId } = conversation;
  const outcome = await deps.conversations.create(
    conversation,
    memberIds.map((userId) => ({
      convoId,
      userId,
      role: request.type === 'group' && userId === callerId ? 'owner' : 'member',
      readSeq: 0,
    })),
  );
  if (outcome === 'created') return { conversation, memberIds, created: true };
  const existing = await deps.conversations.get(convoId);
  if (!existing) throw new Error(`conversation ${convoId} exists and does not`);
  return { conversation: existing, memberIds, created: false };
}

function newConversation(
  request: OpenConversationRequest,
  memberIds: readonly string[],
  deps: { ids: Ids; clock: Clock },
): Conversation {
  const [first = '', second = first] = memberIds;
  return {
    convoId: request.type === 'direct' ? directConversationId(first, second) : deps.ids.conversation(),
    type: request.type,
    title: request.type === 'group' ? request.title : null,
    createdAt: isoTime(deps.clock.now()),
    seq: 0,
    membersVersion: 1,
    memberCount: memberIds.length,
    shownMembers: memberIds.slice(0, limits.shownMembersMax),
    recentSenders: {},
    clientStreams: {},
    lastMessage: null,
  };
}

async function assertAllExist(userIds: readonly string[], users: UserStore): Promise<void> {
  const found = new Set((await users.getMany(userIds)).map((user) => user.userId));
  const missing = userIds.find((userId) => !found.has(userId));
  if (missing) throw new AppError('user.not_found', `members: there is no person ${missing}`);
}
