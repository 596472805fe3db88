import type { MessageSendFrame } from '../../events/client-frames.ts';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { isWithin, side } from '../conversations/reading-window.ts';
import { AppError } from '../errors.ts';
import { asSeenIn } from './as-of.ts';
import type { Forwarded, Message } from './message.ts';
import type { MessageStore } from './message-store.ts';

export interface ForwardDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'standing'>;
  readonly messages: Pick<MessageStore, 'many' | 'versions' | 'find'>;
}

type ForwardFrame = Pick<MessageSendFrame, 'convo_id' | 'client_msg_id' | 'forward'>;
type Source = NonNullable<MessageSendFrame['forward']>;

/**
 * What an event of the queue says of the message that is forwarded with it, as its sender can read it now; nothing of a
 * message that forwards none, which is why it costs nothing there, and three read units here. What was forwarded itself is
 * passed on as it first was. Throws `message.not_found` for what the sender cannot read, foreign or missing alike.
 */
export async function forwardedWith(
  userId: string,
  { convo_id: convoId, client_msg_id: clientMsgId, forward }: ForwardFrame,
  deps: ForwardDeps,
): Promise<Pick<MessageAccepted, 'forwarded'>> {
  if (!forward) return {};
  const from = `${forward.convo_id}#${forward.seq_no}`;
  const source = await readableBy(userId, forward, deps);
  if (source) {
    const { senderId, content, createdAt } = source;
    return { forwarded: { from, sender_id: senderId, content, created_at: createdAt } };
  }
  // A retry of what was stored while the source could be read is no new request: the processor knows it by its id and `from`,
  // answers it as a duplicate, and stores nothing of this.
  const isRetry = await deps.messages.find(convoId, userId, clientMsgId);
  if (!isRetry) throw new AppError('message.not_found', 'forward: there is no such message');
  return { forwarded: { from, sender_id: userId, content: '', created_at: '' } };
}

/** Undefined for what there is not, was deleted, nobody said, or is not theirs to read. */
async function readableBy(
  userId: string,
  { convo_id: convoId, seq_no: seq }: Source,
  { conversations, messages }: ForwardDeps,
): Promise<Forwarded | undefined> {
  const reader = await side(userId, convoId, conversations).catch(unlessNotFound);
  if (!reader || !isWithin(reader.window, seq)) return undefined;
  const found = await messages.many(convoId, [seq]);
  const [message] = await asSeenIn(reader.window, found, messages);
  return message && saidIn(message);
}

function saidIn({
  senderId,
  content,
  createdAt,
  forwarded,
  deletedAt,
  system,
}: Message): Forwarded | undefined {
  if (deletedAt !== undefined || system) return undefined;
  if (forwarded) return forwarded;
  return content === '' ? undefined : { senderId, content, createdAt };
}

function unlessNotFound(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'conversation.not_found') return undefined;
  throw error;
}
