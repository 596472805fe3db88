import type { MessageView } from '../../events/http-contracts.ts';
import type { MessageAck, MessageCreate } from '../../events/server-frames.ts';
import { AppError, type ErrorCode } from '../errors.ts';

/** A message in its place: it has a sequence number, so it is in DynamoDB. */
export interface Message {
  readonly convoId: string;
  readonly seq: number;
  readonly serverMsgId: string;
  readonly senderId: string;
  readonly clientMsgId: string;
  readonly content: string;
  readonly createdAt: string;
}

export function messageView(message: Message): MessageView {
  return {
    convo_id: message.convoId,
    server_msg_id: message.serverMsgId,
    seq_no: message.seq,
    sender_id: message.senderId,
    client_msg_id: message.clientMsgId,
    content: message.content,
    created_at: message.createdAt,
  };
}

export function messageCreate(message: Message): MessageCreate {
  return { type: 'message.create', ...messageView(message) };
}

/** The place that a message got: all that an ack needs. */
export type MessagePlace = Pick<Message, 'convoId' | 'clientMsgId' | 'seq' | 'serverMsgId' | 'createdAt'>;

export function acknowledgement(place: MessagePlace, status: 'persisted' | 'duplicate'): MessageAck {
  return {
    type: 'message.ack',
    convo_id: place.convoId,
    client_msg_id: place.clientMsgId,
    status,
    server_msg_id: place.serverMsgId,
    seq_no: place.seq,
    created_at: place.createdAt,
  };
}

export function rejection(message: { convo_id: string; client_msg_id: string }, code: ErrorCode): MessageAck {
  return {
    type: 'message.ack',
    convo_id: message.convo_id,
    client_msg_id: message.client_msg_id,
    status: 'rejected',
    error: { code, detail: new AppError(code).message },
  };
}
