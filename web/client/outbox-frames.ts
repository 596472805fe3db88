/** What an entry of the outbox says to the server, and what its ack means. */
import type { Mention, MessageChangeFrame, MessageSendFrame } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { MessageAck } from '../../events/server-frames.ts';
import type { ConfirmedChange } from './message-changes.ts';
import type { HeldMessage } from './message-window.ts';
import type { OutboxChange, OutboxEntry, OutboxMessage } from './outbox-store.ts';

export type GoodAck = Exclude<MessageAck, { status: 'rejected' }>;

/** What is written besides the text. */
export interface MessageExtras {
  /** The number of the message that this one answers. */
  readonly replyTo?: number | undefined;
  readonly mentions?: readonly Mention[] | undefined;
  /** The root of the thread that it belongs to: `message.thread ?? message.seq_no` of the message that it answers there. */
  readonly thread?: number | undefined;
  /** A message that is passed on with it, from whichever conversation; then the text may be empty. */
  readonly forward?: MessageView | undefined;
}

/** What an entry keeps of them. Passing on what was passed on passes on the first. */
export function queuedExtras({ replyTo, mentions, thread, forward }: MessageExtras) {
  return {
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(mentions !== undefined && mentions.length > 0 && { mentions }),
    ...(thread !== undefined && { thread }),
    ...(forward !== undefined && {
      forward: { convo_id: forward.convo_id, seq_no: forward.seq_no },
      forwarded: forward.forwarded ?? snapshot(forward),
    }),
  };
}

export function frameOf(entry: OutboxEntry): MessageSendFrame | MessageChangeFrame {
  return entry.change === undefined ? sendFrame(entry) : changeFrame(entry);
}

/**
 * Of a message in a thread, or of one that passes on another, the ack does not say all that the server has stored: it is
 * asked for.
 */
export function confirmedMessage(entry: OutboxMessage, ack: GoodAck): HeldMessage {
  const { reply_to, mentions, thread, forwarded } = entry;
  const isProvisional = thread !== undefined || forwarded !== undefined;
  return {
    convo_id: entry.convo_id,
    server_msg_id: ack.server_msg_id,
    seq_no: ack.seq_no,
    sender_id: entry.user_id,
    client_msg_id: entry.client_msg_id,
    content: entry.content,
    created_at: ack.created_at,
    ...(reply_to !== undefined && { reply_to }),
    ...(mentions !== undefined && { mentions: [...mentions] }),
    ...(thread !== undefined && { thread }),
    ...(forwarded !== undefined && { forwarded }),
    ...(isProvisional && { provisional: true }),
  };
}

export function confirmedChangeOf(entry: OutboxChange, ack: GoodAck): ConfirmedChange & { convo_id: string } {
  const { convo_id, client_msg_id, seq_no, change, written_at_ms } = entry;
  return { convo_id, client_msg_id, seq_no, change, written_at_ms, rev: ack.rev ?? 0 };
}

function snapshot({ sender_id, content, created_at }: MessageView): NonNullable<MessageView['forwarded']> {
  return { sender_id, content, created_at };
}

function sendFrame(entry: OutboxMessage): MessageSendFrame {
  const { convo_id, client_msg_id, content, reply_to, mentions, thread, forward } = entry;
  return {
    action: 'message.send',
    convo_id,
    client_msg_id,
    content,
    ...(reply_to !== undefined && { reply_to }),
    ...(mentions !== undefined && { mentions: [...mentions] }),
    ...(thread !== undefined && { thread }),
    ...(forward !== undefined && { forward }),
  };
}

function changeFrame({ convo_id, client_msg_id, seq_no, change }: OutboxChange): MessageChangeFrame {
  const target = { convo_id, client_msg_id, seq_no };
  switch (change.kind) {
    case 'edit': {
      const { content, mentions } = change;
      return { action: 'message.edit', ...target, content, ...(mentions !== undefined && { mentions }) };
    }
    case 'delete':
      return { action: 'message.delete', ...target };
    case 'react':
      return { action: 'reaction.add', ...target, emoji: change.emoji };
    case 'unreact':
      return { action: 'reaction.remove', ...target, emoji: change.emoji };
    case 'pin':
      return { action: 'message.pin', ...target };
    case 'unpin':
      return { action: 'message.unpin', ...target };
  }
}
