import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { personView } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { isOver } from './bans.ts';
import type { ConversationChanges } from './conversation-changes.ts';
import type { ConversationStore } from './conversation-store.ts';
import { permittedCaller, presentMember } from './permitted-caller.ts';

interface Deps {
  readonly conversations: Pick<ConversationStore, 'get' | 'membership' | 'rosterPage'>;
  readonly users: Pick<UserStore, 'getMany'>;
}

/** A page of the members, in the order of their ids. Throws `conversation.not_found` for whoever is not one of them. */
export async function viewMembers(
  callerId: string,
  convoId: string,
  { limit = limits.membersPageMax, cursor }: { limit?: number | undefined; cursor?: string | undefined },
  { conversations, users }: Deps,
) {
  await presentMember(callerId, convoId, conversations);
  const { members, next } = await conversations.rosterPage(convoId, { limit, after: cursor });
  const people = await peopleById(
    members.map(({ userId }) => userId),
    users,
  );
  return {
    members: members.flatMap(({ userId, role }) => {
      const person = people.get(userId);
      return person ? [{ person: personView(person), role }] : [];
    }),
    next_cursor: next ?? null,
  };
}

/**
 * Who may not come in now, and why. Throws `conversation.not_found`, `conversation.direct` and `conversation.forbidden`.
 */
export async function viewBans(
  callerId: string,
  convoId: string,
  deps: Deps & { readonly changes: Pick<ConversationChanges, 'bans'>; readonly clock: Clock },
) {
  const conversation = await deps.conversations.get(convoId);
  if (!conversation) throw new AppError('conversation.not_found');
  await permittedCaller(callerId, 'member.ban', conversation, deps.conversations);
  const all = await deps.changes.bans(convoId);
  const bans = all.filter((ban) => !isOver(ban, deps.clock.now()));
  const people = await peopleById(
    bans.map(({ userId }) => userId),
    deps.users,
  );
  return {
    bans: bans.flatMap(({ userId, bannedBy, createdAt, until = null, reason = null }) => {
      const person = people.get(userId);
      if (!person) return [];
      return [{ person: personView(person), banned_by: bannedBy, created_at: createdAt, until, reason }];
    }),
  };
}

async function peopleById(userIds: readonly string[], users: Pick<UserStore, 'getMany'>) {
  const profiles = userIds.length > 0 ? await users.getMany(userIds) : [];
  return new Map(profiles.map((profile) => [profile.userId, profile]));
}
