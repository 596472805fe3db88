import type { HistoryResponse } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { messageView } from './message.ts';
import type { MessageStore } from './message-store.ts';

/** Both bounds are exclusive; without either it is the newest page. */
export interface HistoryRange {
  readonly limit?: number | undefined;
  readonly since_seq?: number | undefined;
  readonly before_seq?: number | undefined;
}

/**
 * A page of history, ascending. Sequence numbers have no gaps, so that a page is a range of keys and `has_more` is
 * arithmetic. Throws `conversation.not_found`, foreign and missing alike, or `request.invalid` for both bounds at once.
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
  if (range.since_seq !== undefined && range.before_seq !== undefined) {
    throw new AppError('request.invalid', 'since_seq and before_seq exclude each other');
  }
  const [membership, conversation] = await Promise.all([
    deps.conversations.membership(userId, convoId),
    deps.conversations.get(convoId),
  ]);
  if (!membership || !conversation) throw new AppError('conversation.not_found');
  const { from, to, hasMore } = window(range, conversation.seq);
  const messages = from <= to ? await deps.messages.range(convoId, from, to) : [];
  return { messages: messages.map(messageView), last_seq: conversation.seq, has_more: hasMore };
}

function window({ limit = limits.historyPageDefault, since_seq, before_seq }: HistoryRange, lastSeq: number) {
  if (since_seq !== undefined) {
    const to = Math.min(since_seq + limit, lastSeq);
    return { from: since_seq + 1, to, hasMore: to < lastSeq };
  }
  const to = Math.min((before_seq ?? lastSeq + 1) - 1, lastSeq);
  const from = Math.max(1, to - limit + 1);
  return { from, to, hasMore: from > 1 };
}
