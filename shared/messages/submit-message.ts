import type { MessageSendFrame } from '../../events/client-frames.ts';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { Identity } from '../auth/access-token.ts';
import type { Gate } from '../auth/gate.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';

/** The FIFO queue in front of the processor: one group per conversation. */
export interface MessageQueue {
  /** Resolves when the message is durable. Throws `unavailable` when it is not. */
  enqueue(message: MessageAccepted): Promise<void>;
}

export interface Submission {
  readonly frame: MessageSendFrame;
  readonly identity: Identity;
  readonly connectionId: string;
  readonly requestId: string;
  readonly receivedAtMs: number;
}

/**
 * Takes a message as far as the queue. It is acknowledged later, by the processor, when it has its sequence number.
 * Throws `auth.session_ended`, `rate_limited`, `conversation.not_found` (foreign and missing alike) or `unavailable`;
 * then nothing was queued.
 */
export async function submitMessage(
  { frame, identity, connectionId, requestId, receivedAtMs }: Submission,
  deps: { gate: Gate; conversations: Pick<ConversationStore, 'membership'>; queue: MessageQueue },
): Promise<void> {
  const [, membership] = await Promise.all([
    deps.gate.admit(identity, 'message.send'),
    deps.conversations.membership(identity.userId, frame.convo_id),
  ]);
  if (!membership) throw new AppError('conversation.not_found');
  await deps.queue.enqueue({
    name: 'message.accepted',
    version: 1,
    convo_id: frame.convo_id,
    sender_id: identity.userId,
    session_id: identity.sessionId,
    connection_id: connectionId,
    client_msg_id: frame.client_msg_id,
    ...(frame.client_seq !== undefined && { client_seq: frame.client_seq }),
    content: frame.content,
    accepted_at_ms: receivedAtMs,
    request_id: requestId,
  });
}
