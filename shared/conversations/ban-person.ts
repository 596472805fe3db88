import type { BanRequest } from '../../events/membership-contracts.ts';
import { isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import { viewPerson } from '../users/view-person.ts';
import { isOver } from './bans.ts';
import { type ChangeDeps, type Changed, changeConversation, type Draft } from './change-conversation.ts';
import type { Ban, ConversationChanges } from './conversation-changes.ts';
import type { ConversationStore } from './conversation-store.ts';
import { assertOutranks, permittedCaller } from './permitted-caller.ts';

interface Deps extends ChangeDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'roster' | 'membership'>;
  readonly changes: ConversationChanges;
  readonly users: Pick<UserStore, 'get'>;
}

/**
 * Keeps somebody out, for good or until a time, and takes them out if they are in. Of somebody who is not in it no line is
 * written. The same again changes nothing; another time or reason takes the place of those before.
 *
 * Throws `conversation.not_found`, `conversation.direct`, `conversation.forbidden` (also for oneself), `request.invalid` for a
 * time that is over, `user.not_found`, and `ban.limit_reached`.
 */
export async function banPerson(
  callerId: string,
  { convoId, userId }: { readonly convoId: string; readonly userId: string },
  request: BanRequest,
  deps: Deps,
): Promise<Changed | 'unchanged'> {
  return await changeConversation(
    convoId,
    async (conversation) => {
      const caller = await permittedCaller(callerId, 'member.ban', conversation, deps.conversations);
      if (userId === callerId) throw new AppError('conversation.forbidden', 'nobody bans themselves');
      const banned = newBan(callerId, userId, request, deps.clock.now());
      const [member, former] = await Promise.all([
        deps.conversations.membership(userId, convoId, { consistent: true }),
        deps.changes.ban(convoId, userId),
        viewPerson(userId, deps),
      ]);
      if (member) assertOutranks(caller.role, member.role);
      else if (former && isSame(former, banned)) return undefined;
      const room = former ? {} : await roomForOne(convoId, deps);
      return { banned, ...room, ...(member && removal(callerId, userId)) };
    },
    deps,
  );
}

/**
 * Lets somebody come in again; whoever may come already, still may. Throws `conversation.not_found`, `conversation.direct` and
 * `conversation.forbidden`.
 */
export async function liftBan(
  callerId: string,
  { convoId, userId }: { readonly convoId: string; readonly userId: string },
  deps: Omit<Deps, 'users'>,
): Promise<Changed | 'unchanged'> {
  return await changeConversation(
    convoId,
    async (conversation) => {
      await permittedCaller(callerId, 'member.ban', conversation, deps.conversations);
      return (await deps.changes.ban(convoId, userId)) && { unbanned: userId };
    },
    deps,
  );
}

function newBan(bannedBy: string, userId: string, { until, reason }: BanRequest, nowMs: number): Ban {
  const ban = {
    userId,
    bannedBy,
    createdAt: isoTime(nowMs),
    ...(until && { until: isoTime(Date.parse(until)) }),
    ...(reason && { reason }),
  };
  if (isOver(ban, nowMs)) throw new AppError('request.invalid', 'until: must be in the future');
  return ban;
}

function isSame(one: Ban, other: Ban): boolean {
  return one.until === other.until && one.reason === other.reason;
}

function removal(actorId: string, userId: string): Draft {
  return {
    line: { actorId, system: { code: 'member.banned', params: { user_id: userId } } },
    left: [{ userId, state: 'banned' }],
  };
}

/** Each new row takes the place of one that is over, if there is any: there are never more than `limits.bansMax`. */
async function roomForOne(convoId: string, { changes, clock }: Deps): Promise<Draft> {
  const bans = await changes.bans(convoId);
  const over = bans.find((ban) => isOver(ban, clock.now()));
  if (over) return { unbanned: over.userId };
  if (bans.length < limits.bansMax) return {};
  throw new AppError('ban.limit_reached', `at most ${limits.bansMax} people can be banned`);
}
