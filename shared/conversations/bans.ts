import type { Clock } from '../clock.ts';
import type { Ban, ConversationChanges } from './conversation-changes.ts';

/** A ban that is over counts as none, and its row as room for another. */
export function isOver({ until }: Ban, nowMs: number): boolean {
  return until !== undefined && Date.parse(until) <= nowMs;
}

/** The ban that keeps somebody out now; strongly consistent. */
export async function banInForce(
  convoId: string,
  userId: string,
  { changes, clock }: { readonly changes: Pick<ConversationChanges, 'ban'>; readonly clock: Clock },
): Promise<Ban | undefined> {
  const ban = await changes.ban(convoId, userId);
  return ban && !isOver(ban, clock.now()) ? ban : undefined;
}
