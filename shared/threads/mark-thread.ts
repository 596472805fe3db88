import type { ThreadMarkFrame } from '../../events/client-frames.ts';
import type { ThreadRead } from '../../events/server-frames.ts';
import type { MemberNews } from '../conversations/audience.ts';
import type { Conversation, Membership } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { assertReached, memberSide } from '../conversations/member-side.ts';
import { isWithin, readingWindow } from '../conversations/reading-window.ts';
import { AppError } from '../errors.ts';
import type { MessageStore } from '../messages/message-store.ts';
import type { ThreadMarkStore } from './thread-mark-store.ts';

interface Deps {
  readonly conversations: Pick<ConversationStore, 'get' | 'membership'>;
  readonly messages: Pick<MessageStore, 'many'>;
  readonly threadMarks: Pick<ThreadMarkStore, 'advance'>;
}

/**
 * Moves a member's mark in one thread, or in all of a conversation: it only rises, however the frames arrive. Only their own
 * devices hear of it; repeating it is answered to the one that asked, with where the mark stands.
 * Throws `conversation.not_found`, `message.not_found` or `message.seq_out_of_range`.
 */
export async function markThread(
  userId: string,
  frame: ThreadMarkFrame,
  deps: Deps,
): Promise<MemberNews<ThreadRead>> {
  const { convo_id: convoId } = frame;
  const { membership, conversation } = await memberSide(userId, convoId, deps.conversations);
  const told = { convo_id: convoId, user_id: userId };
  if (frame.action === 'threads.read') {
    assertReached(conversation, frame.seq_no);
    const { moved, marks } = await deps.threadMarks.advance(userId, convoId, { seq: frame.seq_no });
    const event = { type: 'threads.read' as const, ...told, seq_no: marks.seq };
    return { event, audience: moved ? [userId] : [] };
  }
  const { thread: root, thread_seq: count } = frame;
  await assertHas(root, count, { conversation, membership }, deps);
  const { moved, marks } = await deps.threadMarks.advance(userId, convoId, { root, count });
  const event = { type: 'thread.read' as const, ...told, thread: root, thread_seq: marks.read[root] ?? 0 };
  return { event, audience: moved ? [userId] : [] };
}

/** A mark beyond the last message would make messages look read that nobody has written yet. */
async function assertHas(
  root: number,
  count: number,
  { conversation, membership }: { readonly conversation: Conversation; readonly membership: Membership },
  { messages }: Deps,
): Promise<void> {
  const isTheirs = isWithin(readingWindow(conversation, membership), root);
  const [message] = isTheirs ? await messages.many(conversation.convoId, [root]) : [];
  if (!message) throw new AppError('message.not_found');
  const last = message.replies?.count ?? 0;
  if (count <= last) return;
  throw new AppError('message.seq_out_of_range', `thread_seq: the last message of this thread is ${last}`);
}
