/** What an entry of the outbox says to the server, and what its ack means. */
import type { MessageChangeFrame, MessageSendFrame } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { MessageAck } from '../../events/server-frames.ts';
import type { ConfirmedChange } from './message-changes.ts';
import type { OutboxChange, OutboxEntry, OutboxMessage } from './outbox-store.ts';

export type GoodAck = Exclude<MessageAck, { status: 'rejected' }>;

export function frameOf(entry: OutboxEntry): MessageSendFrame | MessageChangeFrame {
  return entry.change === undefined ? sendFrame(entry) : changeFrame(entry);
}

export function confirmedMessage(entry: OutboxMessage, ack: GoodAck): MessageView {
  const { reply_to, mentions } = entry;
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
  };
}

export function confirmedChangeOf(entry: OutboxChange, ack: GoodAck): ConfirmedChange & { convo_id: string } {
  const { convo_id, client_msg_id, seq_no, change, written_at_ms } = entry;
  return { convo_id, client_msg_id, seq_no, change, written_at_ms, rev: ack.rev ?? 0 };
}

function sendFrame(entry: OutboxMessage): MessageSendFrame {
  const { convo_id, client_msg_id, content, reply_to, mentions } = entry;
  return {
    action: 'message.send',
    convo_id,
    client_msg_id,
    content,
    ...(reply_to !== undefined && { reply_to }),
    ...(mentions !== undefined && { mentions: [...mentions] }),
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
