import type { Role } from '../../events/server-frames.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { AppError } from '../errors.ts';
import { type Person, personView } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { isOver } from './bans.ts';
import { type ChangeDeps, type Changed, changeConversation, type Draft } from './change-conversation.ts';
import { type Conversation, capabilitiesOf, type Membership } from './conversation.ts';
import type { ConversationChanges } from './conversation-changes.ts';
import type { ConversationStore } from './conversation-store.ts';
import { assertAnyOf, assertNotLastOwner, permittedCaller } from './permitted-caller.ts';

interface Deps extends ChangeDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'roster' | 'membership'>;
  readonly changes: ConversationChanges;
  readonly users: Pick<UserStore, 'get'>;
  readonly blocks: Pick<BlockStore, 'between'>;
}

interface Wish {
  readonly convoId: string;
  readonly userId: string;
  /** Absent: whoever is in stays what they are, and a newcomer is a member. */
  readonly role?: Role | undefined;
}

export interface PutMember {
  readonly changed: Changed | 'unchanged';
  readonly person: Person;
  readonly role: Role;
}

/**
 * Adds somebody, or gives a member another role. Only owners give roles, and one owner always remains. Adding somebody who
 * was banned lifts the ban, for whoever may ban.
 *
 * Throws `conversation.not_found`, `conversation.direct`, `conversation.archived`, `conversation.forbidden`,
 * `conversation.full`, `conversation.banned`, `conversation.last_owner`, and `user.not_found` for somebody who is unknown or
 * erased, or when one of the two blocks the other.
 */
export async function putMember(callerId: string, wish: Wish, deps: Deps): Promise<PutMember> {
  let role: Role = 'member';
  const changed = await changeConversation(
    wish.convoId,
    async (conversation) => {
      const caller = await permittedCaller(
        callerId,
        ['member.add', 'role.change'],
        conversation,
        deps.conversations,
      );
      const present = await deps.conversations.membership(wish.userId, wish.convoId, { consistent: true });
      role = wish.role ?? present?.role ?? 'member';
      if (present?.role === role) return undefined;
      if (present || role !== 'member') assertAnyOf(['role.change'], conversation, caller.role);
      return present
        ? await newRole(caller, present, role, deps)
        : await newMember(caller, conversation, { ...wish, role }, deps);
    },
    deps,
  );
  const person = await deps.users.get(wish.userId);
  if (!person) throw new AppError('user.not_found');
  return { changed, person, role };
}

/** As the answer of the route shows it. */
export function memberView({ person, role }: Pick<PutMember, 'person' | 'role'>) {
  return { person: personView(person), role };
}

async function newRole(caller: Membership, member: Membership, role: Role, deps: Deps): Promise<Draft> {
  const { userId, convoId } = member;
  if (member.role === 'owner') await assertNotLastOwner(userId, convoId, deps.conversations);
  return {
    line: {
      actorId: caller.userId,
      system: { code: 'member.role_changed', params: { user_id: userId, role } },
    },
    roles: [{ userId, role }],
  };
}

async function newMember(
  caller: Membership,
  conversation: Conversation,
  { userId, role }: Required<Pick<Wish, 'userId' | 'role'>> & { readonly role: Role },
  deps: Deps,
): Promise<Draft> {
  const { convoId } = conversation;
  assertAnyOf(['member.add'], conversation, caller.role);
  const [ban] = await Promise.all([
    deps.changes.ban(convoId, userId),
    assertReachable(caller.userId, userId, deps),
  ]);
  const mayBan = capabilitiesOf(conversation, caller.role).includes('member.ban');
  if (ban && !isOver(ban, deps.clock.now()) && !mayBan) throw new AppError('conversation.banned');
  return {
    line: { actorId: caller.userId, system: { code: 'member.added', params: { user_id: userId } } },
    joined: [{ userId, role }],
    ...(ban && { unbanned: userId }),
  };
}

/** Both reads are always made, so that the time tells no block apart. */
async function assertReachable(callerId: string, userId: string, { users, blocks }: Deps): Promise<void> {
  const [profile, blocked] = await Promise.all([users.get(userId), blocks.between(callerId, [userId])]);
  if (!profile || profile.deletedAt !== undefined || blocked.has(userId)) {
    throw new AppError('user.not_found');
  }
}
