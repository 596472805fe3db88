import type { HistoryResponse } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { side } from '../conversations/reading-window.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { asSeenIn } from './as-of.ts';
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
 * A page of history, ascending, each message in its present state, or as it was when the reader left. Sequence numbers have
 * no gaps, so that a page is a range of keys and `has_more` is arithmetic; it speaks of what the reader may see, and
 * `last_seq` is the last message of that. Throws `conversation.not_found`, foreign and missing alike, or
 * `request.invalid` for more than one bound.
 */
export async function readHistory(
  userId: string,
  convoId: string,
  range: HistoryRange,
  deps: {
    conversations: Pick<ConversationStore, 'get' | 'standing'>;
    messages: Pick<MessageStore, 'range' | 'many' | 'versions'>;
  },
): Promise<HistoryResponse> {
  const { since_seq, before_seq, around_seq } = range;
  if ([since_seq, before_seq, around_seq].filter((bound) => bound !== undefined).length > 1) {
    throw new AppError('request.invalid', 'since_seq, before_seq and around_seq exclude each other');
  }
  const { window } = await side(userId, convoId, deps.conversations);
  const { from, to, hasMore } = pageOf(range, { first: window.from + 1, last: window.to });
  const found = from <= to ? await deps.messages.range(convoId, from, to) : [];
  const messages = await asSeenIn(window, found, deps.messages);
  return { messages: messages.map(messageView), last_seq: window.to, has_more: hasMore };
}

/** Both inclusive; empty when `first` is beyond `last`. */
interface Visible {
  readonly first: number;
  readonly last: number;
}

interface Page {
  readonly from: number;
  readonly to: number;
  readonly hasMore: boolean;
}

function pageOf(range: HistoryRange, { first, last }: Visible): Page {
  const { limit = limits.historyPageDefault, since_seq, before_seq, around_seq } = range;
  if (since_seq !== undefined) {
    const from = Math.max(first, since_seq + 1);
    const to = Math.min(from + limit - 1, last);
    return { from, to, hasMore: to < last };
  }
  if (around_seq !== undefined) return pageAround(around_seq, limit, { first, last });
  const to = Math.min((before_seq ?? last + 1) - 1, last);
  const from = Math.max(first, to - limit + 1);
  return { from, to, hasMore: from > first };
}

/** A full page wherever there are enough messages: at an end of what is to be seen the page is moved, not cut. */
function pageAround(seq: number, limit: number, { first, last }: Visible): Page {
  const wanted = Math.max(first, seq - Math.floor(limit / 2));
  const to = Math.min(wanted + limit - 1, last);
  const from = Math.max(first, to - limit + 1);
  return { from, to, hasMore: from > first || to < last };
}
