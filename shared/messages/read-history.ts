import type { HistoryResponse } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { memberSide } from '../conversations/member-side.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { messageView } from './message.ts';
import type { MessageStore } from './message-store.ts';

/** One of the three, or none for the newest page; since_seq and before_seq are exclusive. */
export interface HistoryRange {
  readonly limit?: number | undefined;
  readonly since_seq?: number | undefined;
  readonly before_seq?: number | undefined;
  readonly around_seq?: number | undefined;
}

/**
 * A page of history, ascending, each message in its present state. Sequence numbers have no gaps, so that a page is a range
 * of keys and `has_more` is arithmetic. Throws `conversation.not_found`, foreign and missing alike, or `request.invalid`
 * for more than one bound.
 */
export async function readHistory(
  userId: string,
  convoId: string,
  range: HistoryRange,
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'membership'>;
    messages: Pick<MessageStore, 'range'>;
  },
): Promise<HistoryResponse> {
  const { since_seq, before_seq, around_seq } = range;
  if ([since_seq, before_seq, around_seq].filter((bound) => bound !== undefined).length > 1) {
    throw new AppError('request.invalid', 'since_seq, before_seq and around_seq exclude each other');
  }
  const { conversation } = await memberSide(userId, convoId, deps.conversations);
  const { from, to, hasMore } = window(range, conversation.seq);
  const messages = from <= to ? await deps.messages.range(convoId, from, to) : [];
  return { messages: messages.map(messageView), last_seq: conversation.seq, has_more: hasMore };
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly hasMore: boolean;
}

function window(range: HistoryRange, lastSeq: number): Window {
  const { limit = limits.historyPageDefault, since_seq, before_seq, around_seq } = range;
  if (since_seq !== undefined) {
    const to = Math.min(since_seq + limit, lastSeq);
    return { from: since_seq + 1, to, hasMore: to < lastSeq };
  }
  if (around_seq !== undefined) return windowAround(around_seq, limit, lastSeq);
  const to = Math.min((before_seq ?? lastSeq + 1) - 1, lastSeq);
  const from = Math.max(1, to - limit + 1);
  return { from, to, hasMore: from > 1 };
}

/** A full page wherever there are enough messages: at an end of the conversation the page is moved, not cut. */
function windowAround(seq: number, limit: number, lastSeq: number): Window {
  const wanted = Math.max(1, seq - Math.floor(limit / 2));
  const to = Math.min(wanted + limit - 1, lastSeq);
  const from = Math.max(1, to - limit + 1);
  return { from, to, hasMore: from > 1 || to < lastSeq };
}
