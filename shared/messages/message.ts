import type { MessageView } from '../../events/http-contracts.ts';
import type { MessageAck, MessageCreate, MessageUpdate, SystemMessage } from '../../events/server-frames.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';

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
  /** The root of the thread that it belongs to. */
  readonly thread?: number;
  /** Its number in that thread: 1, 2, 3 … */
  readonly threadSeq?: number;
  /** Of a root: its thread. */
  readonly replies?: Thread;
  readonly forwarded?: Forwarded;
  /** Nobody wrote it: `senderId` did something, and `content` is empty. It cannot be edited or deleted. */
  readonly system?: SystemMessage;
}

/** What a root knows of its thread. */
export interface Thread {
  /** How many messages it has: they are numbered 1 to `count`. */
  readonly count: number;
  readonly lastSeq: number;
  readonly lastAt: string;
  /** The last few who wrote in it, the latest last. */
  readonly userIds: readonly string[];
  /** Of each of them the number in the thread of the last message: so far they have read. */
  readonly places: readonly number[];
}

/** Another message as it was when it was forwarded. */
export interface Forwarded {
  readonly senderId: string;
  readonly content: string;
  readonly createdAt: string;
}

/** A text and what it forwards are no longer together than a text may be alone: so a page of messages stays bounded. */
export function fits(content: string, forwarded: Pick<Forwarded, 'content'> | undefined): boolean {
  return content.length + (forwarded?.content.length ?? 0) <= limits.messageContentMaxChars;
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
  /** The number of the change that replaced it. */
  readonly until?: number;
}

export function messageView(message: Message): MessageView {
  const { replyTo, mentions, rev, editedAt, deletedAt, reactions, pinned } = message;
  const { thread, threadSeq, replies, forwarded, system } = message;
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
    ...(thread !== undefined && { thread }),
    ...(threadSeq !== undefined && { thread_seq: threadSeq }),
    ...(replies && { replies: threadView(replies) }),
    ...(forwarded && { forwarded: forwardedView(forwarded) }),
    ...(system && { system }),
  };
}

function threadView({ count, lastSeq, lastAt, userIds }: Thread) {
  return { count, last_seq: lastSeq, last_at: lastAt, user_ids: [...userIds] };
}

function forwardedView({ senderId, content, createdAt }: Forwarded) {
  return { sender_id: senderId, content, created_at: createdAt };
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
