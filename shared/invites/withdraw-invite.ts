import type { Backoff } from '../backoff.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import { type AnnounceInviteDeps, announceInvite } from './announce-invite.ts';
import type { InviteStore } from './invite-store.ts';
import { inviterSide } from './inviter.ts';

interface Deps extends AnnounceInviteDeps {
  readonly invites: Pick<InviteStore, 'get' | 'withdraw'>;
  readonly conversations: Pick<ConversationStore, 'membership' | 'get' | 'details'>;
  readonly backoff: Backoff;
}

const attemptsMax = 5;

/**
 * Takes an open invitation back; all who may invite may. Repeating it is harmless, and one that was declined stays so.
 * Throws `conversation.not_found`, `conversation.direct` or `conversation.forbidden`.
 */
export async function withdrawInvite(
  actorId: string,
  convoId: string,
  userId: string,
  deps: Deps,
): Promise<void> {
  const { conversation } = await inviterSide(actorId, convoId, deps.conversations);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const invite = await deps.invites.get(convoId, userId);
    if (!invite || invite.declinedUntil !== undefined) return;
    if (await deps.invites.withdraw(invite)) {
      await announceInvite(invite, 'withdrawn', conversation, deps);
      return;
    }
    if (attempt < attemptsMax) await deps.backoff.wait(attempt);
  }
  throw new AppError('unavailable', 'this invitation changes too fast');
}
