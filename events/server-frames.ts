/**
 * What the server pushes: `{type, …}`, or `{type: "batch", events: […]}` when one frame carries several.
 * A client ignores types and fields that it does not know.
 * Producers: functions/ws/*, functions/consumers/*. Consumers: web/, any client.
 */
import * as z from 'zod/mini';
import {
  clientMsgId,
  conversationId,
  customStatus,
  mention,
  messageSeq,
  seqNo,
  userId,
} from './client-frames.ts';

import {
  conversationDetails,
  conversationUpdate,
  inviteUpdate,
  memberUpdate,
  systemMessage,
} from './conversation-frames.ts';

export * from './conversation-frames.ts';

const isoTime = z.string();
const frameError = z.object({ code: z.string(), detail: z.string() });

/** What a root message says of its thread. */
export const threadSummary = z.object({
  /** Its messages have the numbers 1 to `count`. */
  count: z.int(),
  last_seq: seqNo,
  last_at: isoTime,
  /** The last few who wrote in it, the latest last. */
  user_ids: z.array(userId),
});

/** As it was when it was forwarded. Where it stood is nobody else's business. */
export const forwardedMessage = z.object({ sender_id: userId, content: z.string(), created_at: isoTime });

export const messageCreate = z.object({
  type: z.literal('message.create'),
  convo_id: conversationId,
  server_msg_id: z.string(),
  seq_no: seqNo,
  sender_id: userId,
  client_msg_id: clientMsgId,
  /** Empty once it is deleted. */
  content: z.string(),
  created_at: isoTime,
  reply_to: z.optional(messageSeq),
  mentions: z.optional(z.array(mention)),
  /** The number of its last change in the conversation; a message that never changed has none. */
  rev: z.optional(z.int()),
  edited_at: z.optional(isoTime),
  /** For everybody: nothing is left but its place. */
  deleted_at: z.optional(isoTime),
  reactions: z.optional(z.array(z.object({ emoji: z.string(), count: z.int(), user_ids: z.array(userId) }))),
  pinned: z.optional(z.literal(true)),
  /** The root of the thread that it belongs to, and its number in it. */
  thread: z.optional(messageSeq),
  thread_seq: z.optional(messageSeq),
  /** Of a root: its thread. */
  replies: z.optional(threadSummary),
  forwarded: z.optional(forwardedMessage),
  system: z.optional(systemMessage),
});

/**
 * A message changed; this is its present state. `prev_rev` is the conversation's change number just before: a client whose
 * own is lower has missed changes and asks for them (`GET …/changes`).
 */
export const messageUpdate = z.object({
  type: z.literal('message.update'),
  convo_id: conversationId,
  prev_rev: z.int(),
  rev: z.int(),
  message: z.omit(messageCreate, { type: true }),
});

/** `persisted` and `duplicate` mean: committed in DynamoDB under this seq_no. `rejected` means: it never will be. */
export const messageAck = z.discriminatedUnion('status', [
  z.object({
    type: z.literal('message.ack'),
    convo_id: conversationId,
    client_msg_id: clientMsgId,
    status: z.enum(['persisted', 'duplicate']),
    server_msg_id: z.string(),
    seq_no: seqNo,
    created_at: isoTime,
    /** Of a change: the conversation's change number after it. */
    rev: z.optional(z.int()),
  }),
  z.object({
    type: z.literal('message.ack'),
    convo_id: conversationId,
    client_msg_id: clientMsgId,
    status: z.literal('rejected'),
    error: frameError,
  }),
]);

export const messageRead = z.object({
  type: z.literal('message.read'),
  convo_id: conversationId,
  user_id: userId,
  seq_no: seqNo,
});

/** How far a member's devices have got; it only rises, and whatever is read was delivered. */
export const messageDelivery = z.object({
  type: z.literal('message.delivery'),
  convo_id: conversationId,
  user_id: userId,
  seq_no: seqNo,
});

/** To the reader's own devices: the mark was put back. */
export const messageUnread = z.object({
  type: z.literal('message.unread'),
  convo_id: conversationId,
  user_id: userId,
  seq_no: seqNo,
});

/** To the reader's own devices. */
export const threadRead = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('thread.read'),
    convo_id: conversationId,
    user_id: userId,
    thread: messageSeq,
    thread_seq: seqNo,
  }),
  z.object({ type: z.literal('threads.read'), convo_id: conversationId, user_id: userId, seq_no: seqNo }),
]);

/** Never stored. A start ends by itself `expires_in_ms` after it came. */
export const typing = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('typing.start'),
    convo_id: conversationId,
    user_id: userId,
    expires_in_ms: z.int(),
  }),
  z.object({ type: z.literal('typing.stop'), convo_id: conversationId, user_id: userId }),
]);

/** To whoever subscribed to this person. */
export const presenceUpdate = z.object({
  type: z.literal('presence.update'),
  user_id: userId,
  status: z.enum(['online', 'away', 'offline']),
  /** When they were last there; null where nobody is to know. */
  last_seen: z.nullable(isoTime),
  custom: z.optional(customStatus),
  /** Rises with each change that is told: a client takes none that is lower than the one it has, and any without. */
  version: z.optional(z.int()),
  /** Of oneself only: what one has set. */
  availability: z.optional(z.enum(['auto', 'away', 'invisible'])),
});

/**
 * Ends a sync: everything up to `conversations[].seq_no` has been sent, but where `limited` is true only a part was:
 * fetch the rest over HTTP from `sent_seq`.
 */
export const synced = z.object({
  type: z.literal('synced'),
  conversations: z.array(
    z.object({
      convo_id: conversationId,
      seq_no: seqNo,
      read_seq: seqNo,
      sent_seq: seqNo,
      /** The last change number, and up to which changes were sent; the same two for a client that asked for none. */
      rev: z._default(z.int(), 0),
      sent_rev: z._default(z.int(), 0),
      /** Messages or changes are missing: fetch the rest over HTTP from `sent_seq` and `sent_rev`. */
      limited: z.boolean(),
      /** No notifications until then; absent: they come. */
      muted_until: z.optional(isoTime),
      /** How far its threads were read: in each so many messages, in all of them what came up to this number. */
      threads: z.optional(z.object({ seq_no: seqNo, read: z.record(z.string(), z.int()) })),
    }),
  ),
});

/** The session of this connection is over: sign in again, do not reconnect. The connection is closed after it. */
export const sessionEnded = z.object({ type: z.literal('session.ended') });

export const systemNotice = z.object({
  type: z.literal('system.notice'),
  code: z.string(),
  params: z.record(z.string(), z.unknown()),
  severity: z.enum(['info', 'warning', 'critical']),
  /** Of a notice that is kept: it is shown until then, or until it is dismissed on any device. */
  notice_id: z.optional(z.string()),
  convo_id: z.optional(conversationId),
  created_at: z.optional(isoTime),
  expires_at: z.optional(isoTime),
});
export const noticeDismissed = z.object({ type: z.literal('notice.dismissed'), notice_id: z.string() });

export const errorFrame = z.object({
  type: z.literal('error'),
  code: z.string(),
  detail: z.string(),
  request_id: z.string(),
  client_msg_id: z.optional(z.string()),
  convo_id: z.optional(z.string()),
  retry_after_ms: z.optional(z.int()),
});

export const pong = z.object({ type: z.literal('pong'), server_time: isoTime });

export const serverEvent = z.union([
  messageCreate,
  messageUpdate,
  messageAck,
  messageRead,
  messageDelivery,
  messageUnread,
  threadRead,
  typing,
  conversationUpdate,
  conversationDetails,
  memberUpdate,
  inviteUpdate,
  presenceUpdate,
  synced,
  sessionEnded,
  systemNotice,
  noticeDismissed,
  errorFrame,
  pong,
]);

export const batchFrame = z.object({ type: z.literal('batch'), events: z.array(serverEvent) });

export const serverFrame = z.union([serverEvent, batchFrame]);

export type MessageCreate = z.infer<typeof messageCreate>;
export type MessageUpdate = z.infer<typeof messageUpdate>;
export type MessageDelivery = z.infer<typeof messageDelivery>;
export type MessageUnread = z.infer<typeof messageUnread>;
export type Typing = z.infer<typeof typing>;
export type MessageAck = z.infer<typeof messageAck>;
export type MessageRead = z.infer<typeof messageRead>;
export type PresenceUpdate = z.infer<typeof presenceUpdate>;
export type SystemNotice = z.infer<typeof systemNotice>;
export type ThreadSummary = z.infer<typeof threadSummary>;
export type ThreadRead = z.infer<typeof threadRead>;
export type Synced = z.infer<typeof synced>;
export type ErrorFrame = z.infer<typeof errorFrame>;
export type ServerEvent = z.infer<typeof serverEvent>;
export type ServerFrame = z.infer<typeof serverFrame>;
