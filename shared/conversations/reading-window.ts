import { AppError } from '../errors.ts';
import type { Conversation, Leaving, Membership } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';

/** What of a conversation somebody may read: messages with `from` < seq ≤ `to`, and changes up to `rev`. */
export interface ReadingWindow {
  /** Exclusive; 0 for whoever sees all. */
  readonly from: number;
  /** Inclusive; never less than `from`. */
  readonly to: number;
  readonly rev: number;
  /** They are no member any more, and read messages as they were when they left (`asOf`). */
  readonly asOf?: Leaving;
}

/**
 * The one place where it is decided what somebody may read. A membership may be a moment newer than the conversation
 * beside it: then what it says of the numbers holds, because it was there when it was written.
 */
export function readingWindow(
  { seq, rev }: Pick<Conversation, 'seq' | 'rev'>,
  { fromSeq: from = 0, left }: Pick<Membership, 'fromSeq' | 'left'>,
): ReadingWindow {
  if (left) return { from, to: Math.max(from, left.seq), rev: left.rev, asOf: left };
  return { from, to: Math.max(from, seq), rev };
}

export function isWithin({ from, to }: Pick<ReadingWindow, 'from' | 'to'>, seq: number): boolean {
  return from < seq && seq <= to;
}

/** A conversation as a reader finds it. */
export interface ReaderSide {
  readonly conversation: Conversation;
  /** Also of somebody who is no member any more. */
  readonly standing: Membership;
  readonly window: ReadingWindow;
}

/**
 * A conversation and what one person, who is or was a member, may read of it. Throws `conversation.not_found` for
 * everybody else, foreign or missing alike.
 *
 * Two reads of one unit each, both consistent (a membership read without costs half of that, but would show somebody who
 * just left as present), and one after the other: whoever is found present was so when the conversation had these
 * numbers, so that nothing which was said after somebody left is ever in their window, however slow the second read is.
 */
export async function side(
  userId: string,
  convoId: string,
  conversations: Pick<ConversationStore, 'get' | 'standing'>,
): Promise<ReaderSide> {
  const conversation = await conversations.get(convoId);
  const standing = await conversations.standing(userId, convoId);
  if (!conversation || !standing) throw new AppError('conversation.not_found');
  return { conversation, standing, window: readingWindow(conversation, standing) };
}
