import type { OpenConversationRequest } from '../../events/http-contracts.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { type Silence, silenceIfBlocked } from '../blocks/silence.ts';
import { type Clock, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import { directConversationId, type Ids } from '../ids.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Conversation, Details, Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

export interface OpenedConversation {
  readonly conversation: Conversation;
  /** Whoever opened it comes first. */
  readonly memberIds: readonly string[];
  /** False when the two people had their conversation already. */
  readonly created: boolean;
  readonly details?: Details;
}

interface Deps {
  readonly conversations: ConversationStore;
  readonly users: UserStore;
  readonly blocks: Pick<BlockStore, 'between' | 'has'>;
  readonly silence: Silence;
  readonly ids: Ids;
  readonly clock: Clock;
}

/**
 * Opens a conversation of the caller with others. Two people have one direct conversation, however often and from
 * whichever side it is opened. Throws `request.invalid` or `user.not_found`: who blocks the caller, or is blocked by
 * them, is as absent here as somebody who was erased or never existed.
 *
 * A direct conversation that two people have already is opened whatever happened since: a block does not take it from
 * them, it only silences it. The message path reads no blocks, so one that came at the moment of opening is seen here.
 */
export async function openConversation(
  callerId: string,
  request: OpenConversationRequest,
  deps: Deps,
): Promise<OpenedConversation> {
  const others = othersIn(request, callerId);
  const memberIds = [callerId, ...others];
  const conversation = newConversation(request, memberIds, deps);
  const { convoId } = conversation;
  const details = detailsIn(request);

  const absent = await findAbsent(callerId, others, deps);
  if (absent !== undefined) {
    const existing = request.type === 'direct' ? await deps.conversations.get(convoId) : undefined;
    if (existing) return { conversation: existing, memberIds, created: false };
    throw new AppError('user.not_found', `members: there is no person ${absent}`);
  }

  const outcome = await deps.conversations.create(
    conversation,
    memberIds.map((userId) => ({
      convoId,
      userId,
      role: userId === callerId ? openerRole(request.type) : 'member',
      readSeq: 0,
    })),
    details,
  );
  if (outcome === 'created') {
    const [other] = others;
    if (request.type === 'direct' && other !== undefined) await silenceIfBlocked(callerId, other, deps);
    return { conversation, memberIds, created: true, ...(conversation.hasDetails && { details }) };
  }
  const existing = await deps.conversations.get(convoId);
  if (!existing) throw new Error(`conversation ${convoId} exists and does not`);
  return { conversation: existing, memberIds, created: false };
}

/** A group or room belongs to whoever opened it; in a direct conversation nobody rules. */
export function openerRole(type: Conversation['type']): Membership['role'] {
  return type === 'direct' ? 'member' : 'owner';
}

/** The other people, each once. Throws `request.invalid` when they are too many. */
function othersIn(request: OpenConversationRequest, callerId: string): string[] {
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
  return others;
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
    title: request.type === 'direct' ? null : request.title,
    createdAt: isoTime(deps.clock.now()),
    seq: 0,
    rev: 0,
    membersVersion: 1,
    memberCount: memberIds.length,
    shownMembers: memberIds.slice(0, limits.shownMembersMax),
    recentSenders: {},
    clientStreams: {},
    lastMessage: null,
    ...(request.type === 'group' && request.history === 'joined' && { history: request.history }),
    ...(detailsIn(request).topic !== undefined && { hasDetails: true }),
  };
}

function detailsIn(request: OpenConversationRequest): Details {
  return request.type !== 'direct' && request.topic ? { topic: request.topic } : {};
}

/** The first who is not there for the caller. Both reads are always made, so that the time tells no block apart. */
async function findAbsent(
  callerId: string,
  others: readonly string[],
  { users, blocks }: Deps,
): Promise<string | undefined> {
  const [profiles, blocked] = await Promise.all([users.getMany(others), blocks.between(callerId, others)]);
  const living = new Set(
    profiles.filter(({ deletedAt }) => deletedAt === undefined).map(({ userId }) => userId),
  );
  return others.find((userId) => !living.has(userId) || blocked.has(userId));
}
