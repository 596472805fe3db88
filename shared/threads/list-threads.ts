import pMap from 'p-map';
import type { ThreadsResponse } from '../../events/http-contracts.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { side } from '../conversations/reading-window.ts';
import { limits } from '../limits.ts';
import { asSeenIn } from '../messages/as-of.ts';
import { type Message, messageView } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import type { ThreadMarkStore } from './thread-mark-store.ts';
import type { ThreadStore } from './thread-store.ts';
import { countsOf, type ThreadCounts } from './unread-in-thread.ts';

export interface ThreadReaders {
  readonly conversations: Pick<ConversationStore, 'get' | 'standing'>;
  readonly messages: Pick<MessageStore, 'many' | 'versions'>;
  readonly threads: ThreadStore;
  readonly threadMarks: Pick<ThreadMarkStore, 'of'>;
}

const concurrency = 8;

/**
 * The threads whose root somebody can read, the newest root first, each with what they have read of it; to whoever left it
 * is those that had begun, and nothing in them is unread. A root that was deleted keeps its thread.
 * Throws `conversation.not_found`, foreign and missing alike.
 */
export async function listThreads(
  userId: string,
  convoId: string,
  query: { readonly limit?: number | undefined; readonly before_seq?: number | undefined },
  deps: ThreadReaders,
): Promise<ThreadsResponse> {
  const { limit = limits.threadsPageMax, before_seq: before = Number.POSITIVE_INFINITY } = query;
  const { window } = await side(userId, convoId, deps.conversations);
  const found = await deps.threads.roots(convoId, {
    after: window.from,
    before: Math.min(before, window.to + 1),
    startedBy: window.to,
    // One more says whether there is more.
    limit: limit + 1,
  });
  const roots = await deps.messages.many(convoId, found.slice(0, limit));
  const [seen, counts] = await Promise.all([
    asSeenIn(window, roots, deps.messages),
    window.asOf ? roots.map(allRead) : countsIn(userId, convoId, roots, deps),
  ]);
  const threads = seen.map((root, index) => ({
    root: messageView(root),
    ...(counts[index] ?? { read: 0, unread: 0 }),
  }));
  return { threads: threads.reverse(), has_more: found.length > limit };
}

async function countsIn(
  userId: string,
  convoId: string,
  roots: readonly Message[],
  { threads, threadMarks }: ThreadReaders,
): Promise<ThreadCounts[]> {
  const marks = await threadMarks.of(userId, convoId);
  return await pMap(roots, (root) => countsOf(userId, root, marks, threads), { concurrency });
}

/** What somebody might read who cannot come back to it. */
export function allRead({ replies }: Message): ThreadCounts {
  return { read: replies?.count ?? 0, unread: 0 };
}
