import type { Capability, Role } from '../../events/server-frames.ts';
import { AppError } from '../errors.ts';
import { type Conversation, capabilitiesOf, type Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

type Memberships = Pick<ConversationStore, 'membership'>;

/**
 * The membership of somebody who may do this. Throws `conversation.not_found` for whoever is no member, and then what is in
 * the way: `conversation.direct`, `conversation.archived` or `conversation.forbidden`. Strongly consistent.
 */
export async function permittedCaller(
  callerId: string,
  capability: Capability | readonly Capability[],
  conversation: Conversation,
  conversations: Memberships,
): Promise<Membership> {
  const membership = await presentMember(callerId, conversation.convoId, conversations);
  if (conversation.type === 'direct') throw new AppError('conversation.direct');
  assertAnyOf([capability].flat(), conversation, membership.role);
  return membership;
}

/** Strongly consistent; throws `conversation.not_found`, foreign or missing alike. */
export async function presentMember(
  userId: string,
  convoId: string,
  conversations: Memberships,
): Promise<Membership> {
  const membership = await conversations.membership(userId, convoId, { consistent: true });
  if (!membership) throw new AppError('conversation.not_found');
  return membership;
}

/** Throws `conversation.archived` where only that is in the way, else `conversation.forbidden`. */
export function assertAnyOf(
  capabilities: readonly Capability[],
  conversation: Conversation,
  role: Role,
): void {
  if (mayAnyOf(capabilities, conversation, role)) return;
  const { archivedAt, ...open } = conversation;
  const onlyArchived = archivedAt !== undefined && mayAnyOf(capabilities, open, role);
  throw new AppError(onlyArchived ? 'conversation.archived' : 'conversation.forbidden');
}

function mayAnyOf(capabilities: readonly Capability[], conversation: Conversation, role: Role): boolean {
  const has = capabilitiesOf(conversation, role);
  return capabilities.some((capability) => has.includes(capability));
}

/** Owners see to everybody else, admins to plain members. Throws `conversation.forbidden`. */
export function assertOutranks(caller: Role, other: Role): void {
  if (caller === 'owner' || (caller === 'admin' && other === 'member')) return;
  throw new AppError('conversation.forbidden', `an ${other} can only be removed by an owner`);
}

/** Throws `conversation.last_owner` when nobody else owns it. Reads the roster. */
export async function assertNotLastOwner(
  userId: string,
  convoId: string,
  conversations: Pick<ConversationStore, 'roster'>,
): Promise<void> {
  const roster = await conversations.roster(convoId);
  if (roster.some((member) => member.role === 'owner' && member.userId !== userId)) return;
  throw new AppError('conversation.last_owner', 'make somebody else an owner first');
}
