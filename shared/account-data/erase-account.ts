import type { AccountEvents } from '../account-events/account-events.ts';
import type { Identity } from '../auth/access-token.ts';
import { requireRecentAuthentication } from '../auth/recent-authentication.ts';
import type { SessionStore } from '../auth/session.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import type { BotStore } from '../bots/bot-store.ts';
import { eraseBotsOf } from '../bots/manage-bots.ts';
import { type Clock, isoTime } from '../clock.ts';
import type { UserStore } from '../users/user-store.ts';
import type { AccountEraser } from './account-eraser.ts';

/**
 * The caller's account is to go, for good. The intent is durable before anything else happens; when this resolves,
 * nothing signs in any more and every token is refused. The rest follows by `eraseAccount`.
 * Throws `auth.reauthentication_required`, or `unavailable` when the intent was not taken and nothing has changed.
 */
export async function requestErasure(
  identity: Identity,
  deps: {
    sessions: Pick<SessionStore, 'get'>;
    accounts: Pick<AccountEraser, 'disable'>;
    events: AccountEvents;
    clock: Clock;
  },
): Promise<void> {
  await requireRecentAuthentication(identity, deps);
  await deps.events.publish({ name: 'account.erased', user_id: identity.userId });
  await deps.accounts.disable(identity.userId);
}

interface EraseDeps {
  readonly accounts: AccountEraser;
  readonly users: Pick<UserStore, 'get' | 'erase'>;
  readonly blocks: Pick<BlockStore, 'removeAll'>;
  readonly bots: Pick<BotStore, 'idsOf' | 'forget'>;
  readonly events: AccountEvents;
  readonly clock: Clock;
}

/**
 * Erases an account: the consequence of `account.erased`. It may stop anywhere and be repeated, in whichever state it
 * finds the account, and ends in the same one:
 * - Nothing signs in, no session lives; their sockets are closed by a `sessions.ended` of its own.
 * - Addresses are free for others, the handle is nobody's ever again.
 * - The profile is a tombstone, and with it gone from search; the person's blocks are gone.
 * - Their bots are erased as well, each by an event of its own; a bot is no longer on its owner's list.
 * - What the person wrote stays where it is, under the id of the tombstone, and so do their memberships; blocks that
 *   others have of them are those others' data. Codes, challenges and tickets that were under way end by their expiry.
 *
 * The profile is read once nothing can change the addresses any more, and goes after all that needs it; what is written
 * under a person asks for a profile that is not erased, so what follows it is complete as well. A verified address is
 * told: once, and once more each time that this stops right between the notice and the tombstone.
 */
export async function eraseAccount(userId: string, deps: EraseDeps): Promise<void> {
  await deps.accounts.disable(userId);
  await deps.events.publish({ name: 'sessions.ended', user_id: userId, session_ids: [] });
  await deps.accounts.removeRows(userId);
  await eraseProfile(userId, deps);
  await eraseBotsOf(userId, deps);
  await deps.blocks.removeAll(userId);
}

/** Names may still be changed by a request that was under way; then it is another profile that goes. */
async function eraseProfile(userId: string, deps: EraseDeps): Promise<void> {
  let profile = await deps.users.get(userId);
  if (!profile || profile.deletedAt !== undefined) return;
  await deps.accounts.releaseAddresses(userId, profile);
  if (profile.emailVerified) await tell(userId, profile.email, deps);
  if (profile.botOf !== undefined) await deps.bots.forget(profile.botOf, userId);
  while (profile && profile.deletedAt === undefined) {
    if (await deps.users.erase(profile, isoTime(deps.clock.now()))) return;
    profile = await deps.users.get(userId);
  }
}

async function tell(userId: string, email: string, { events }: EraseDeps): Promise<void> {
  await events.publish({ name: 'account.notice', notice: 'account_erased', user_id: userId, email });
}
