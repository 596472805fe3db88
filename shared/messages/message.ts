import type { MessageView } from '../../events/http-contracts.ts';
import type { MessageAck, MessageCreate, MessageUpdate } from '../../events/server-frames.ts';
import { AppError, type ErrorCode } from '../errors.ts';

/** A message in its place: it has a sequence number, so it is in DynamoDB. This is its present state. */
export interface Message {
  readonly convoId: string;
  readonly seq: number;
  readonly serverMsgId: string;
  readonly senderId: string;
  readonly clientMsgId: string;
  /** Empty once it is deleted. */
  readonly content: string;
  readonly createdAt: string;
  /** The sequence number of the message that it answers. */
  readonly replyTo?: number;
  /** Ids of people, or `all`; never empty. */
  readonly mentions?: readonly string[];
  /** The number of its last change in the conversation; absent before the first. */
  readonly rev?: number;
  readonly editedAt?: string;
  /** Deleted for everybody: nothing is left but its place. */
  readonly deletedAt?: string;
  /** In the order in which each emoji came first; never empty. */
  readonly reactions?: readonly Reaction[];
  readonly pinned?: true;
}

export interface Reaction {
  readonly emoji: string;
  /** In the order of reacting; never empty. */
  readonly userIds: readonly string[];
}

/** What a message said before it was edited, and since when it said so. */
export interface FormerText {
  readonly content: string;
  readonly createdAt: string;
}

export function messageView(message: Message): MessageView {
  const { replyTo, mentions, rev, editedAt, deletedAt, reactions, pinned } = message;
  return {
    convo_id: message.convoId,
    server_msg_id: message.serverMsgId,
    seq_no: message.seq,
    sender_id: message.senderId,
    client_msg_id: message.clientMsgId,
    content: message.content,
    created_at: message.createdAt,
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(mentions && { mentions: [...mentions] }),
    ...(rev !== undefined && { rev }),
    ...(editedAt !== undefined && { edited_at: editedAt }),
    ...(deletedAt !== undefined && { deleted_at: deletedAt }),
    ...(reactions && { reactions: reactions.map(reactionView) }),
    ...(pinned && { pinned }),
  };
}

function reactionView({ emoji, userIds }: Reaction) {
  return { emoji, count: userIds.length, user_ids: [...userIds] };
}

export function messageCreate(message: Message): MessageCreate {
  return { type: 'message.create', ...messageView(message) };
}

/** Says: every change with `prevRev` < number ≤ `rev` is in this state, or comes with a later update. */
export function messageUpdate(message: Message, prevRev: number, rev: number): MessageUpdate {
  return {
    type: 'message.update',
    convo_id: message.convoId,
    prev_rev: prevRev,
    rev,
    message: messageView(message),
  };
}

/** The place that a message got: all that an ack needs. Of a change it is its message's, under the change's own id. */
export type MessagePlace = Pick<Message, 'convoId' | 'clientMsgId' | 'seq' | 'serverMsgId' | 'createdAt'>;

/** @param rev of a change: the conversation's change number after it. */
export function acknowledgement(
  place: MessagePlace,
  status: 'persisted' | 'duplicate',
  rev?: number,
): MessageAck {
  return {
    type: 'message.ack',
    convo_id: place.convoId,
    client_msg_id: place.clientMsgId,
    status,
    server_msg_id: place.serverMsgId,
    seq_no: place.seq,
    created_at: place.createdAt,
    ...(rev !== undefined && { rev }),
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
