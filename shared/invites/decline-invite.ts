import type { DeclineInviteRequest, ReportRequest } from '../../events/membership-contracts.ts';
import type { Backoff } from '../backoff.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { type AnnounceInviteDeps, announceInvite } from './announce-invite.ts';
import type { InviteStore } from './invite-store.ts';

interface Deps extends AnnounceInviteDeps {
  readonly invites: Pick<InviteStore, 'get' | 'decline'>;
  readonly conversations: Pick<ConversationStore, 'get' | 'details'>;
  /** Blocks somebody; repeating it is harmless. */
  readonly block: (userId: string, blockedId: string) => Promise<unknown>;
  /** Reports somebody; repeating it is harmless. */
  readonly report: (reporterId: string, request: ReportRequest) => Promise<unknown>;
  readonly clock: Clock;
  readonly backoff: Backoff;
}

const attemptsMax = 5;

/**
 * Declines an invitation, and blocks and reports whoever sent it if asked to. That comes first: when it fails, the
 * invitation still stands and all of it can be repeated. Repeating it is harmless while nobody may ask again.
 * Throws `invite.not_found`, and `user.cannot_block` when too many people are blocked.
 */
export async function declineInvite(
  userId: string,
  convoId: string,
  request: DeclineInviteRequest,
  deps: Deps,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const invite = await deps.invites.get(convoId, userId);
    const conversation = await deps.conversations.get(convoId);
    const now = epochSeconds(deps.clock.now());
    if (!invite || !conversation || (invite.declinedUntil ?? Number.POSITIVE_INFINITY) <= now)
      throw new AppError('invite.not_found');
    await blockAndReport(userId, invite.invitedBy, request, deps);
    if (invite.declinedUntil !== undefined) return;
    if (await deps.invites.decline(invite, now + limits.inviteDeclinedSeconds)) {
      await announceInvite(invite, 'declined', conversation, deps);
      return;
    }
    if (attempt < attemptsMax) await deps.backoff.wait(attempt);
  }
  throw new AppError('unavailable', 'this invitation changes too fast');
}

async function blockAndReport(
  userId: string,
  inviterId: string,
  { block, report }: DeclineInviteRequest,
  deps: Pick<Deps, 'block' | 'report'>,
): Promise<void> {
  if (block) await unlessGone(deps.block(userId, inviterId));
  if (report) await unlessGone(deps.report(userId, { user_id: inviterId, ...report }));
}

/** Whoever erased their account meanwhile needs no block, and there is nobody left to report. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'user.not_found')) throw error;
  });
}
