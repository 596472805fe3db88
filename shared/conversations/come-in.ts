import type { Role } from '../../events/server-frames.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { isOver } from './bans.ts';
import type { Draft } from './change-conversation.ts';
import type { Conversation } from './conversation.ts';
import type { ConversationChanges, Entrance } from './conversation-changes.ts';

export interface ComeInDeps {
  readonly changes: Pick<ConversationChanges, 'ban'>;
  readonly clock: Clock;
}

/** Somebody comes in by themselves. Throws `conversation.banned`. */
export async function comeIn(
  { convoId }: Conversation,
  newcomer: { readonly userId: string; readonly role: Role; readonly entrance?: Entrance },
  deps: ComeInDeps,
): Promise<Draft> {
  const { userId, role, entrance } = newcomer;
  await assertNotBanned(userId, convoId, deps);
  return {
    line: { actorId: userId, system: { code: 'member.joined', params: { user_id: userId } } },
    joined: [{ userId, role }],
    ...(entrance && { entrance }),
  };
}

/** Throws `conversation.banned` while a ban is in force. */
export async function assertNotBanned(
  userId: string,
  convoId: string,
  { changes, clock }: ComeInDeps,
): Promise<void> {
  const ban = await changes.ban(convoId, userId);
  if (ban && !isOver(ban, clock.now())) throw new AppError('conversation.banned');
}
