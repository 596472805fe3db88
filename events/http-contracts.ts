/** Conversations, history, errors. Bodies and queries of the HTTP API, snake_case. Errors are RFC 9457 problems (see `problem`). */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { clientMsgId, conversationId, messagePost, seqNo, userId } from './client-frames.ts';
import { pageSize, printable, querySeq } from './fields.ts';
import { conversationView, historySetting, messageCreate } from './server-frames.ts';

export const conversationTitle = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(limits.conversationTitleMaxChars), printable);
export const conversationTopic = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(limits.conversationTopicMaxChars), printable);

/** `members` are the other people; the caller is a member anyway. */
export const openConversationRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('direct'), members: z.array(userId).check(z.minLength(1), z.maxLength(2)) }),
  z.object({
    type: z.literal('group'),
    title: conversationTitle,
    topic: z.optional(z.nullable(conversationTopic)),
    history: z.optional(historySetting),
    members: z.array(userId).check(z.maxLength(limits.conversationMembersMax)),
  }),
  /** Everybody finds it in the directory, and may come in and read all of it. */
  z.object({
    type: z.literal('room'),
    title: conversationTitle,
    topic: z.optional(z.nullable(conversationTopic)),
    members: z._default(z.array(userId).check(z.maxLength(limits.conversationMembersMax)), []),
  }),
]);
/** A new conversation, or the one that two people have already; the same view as in the list. */
export const conversationResponse = conversationView;
export const listConversationsQuery = z.object({
  limit: z.optional(pageSize(limits.conversationsPageMax)),
  /** The last conversation of the page before. */
  cursor: z.optional(conversationId),
  /** `former`: those that the caller has left, or was removed from, as they were then. */
  membership: z.optional(z.enum(['present', 'former'])),
});
export const conversationsResponse = z.object({
  conversations: z.array(conversationView),
  next_cursor: z.nullable(z.string()),
});

export const historyQuery = z.object({
  limit: z.optional(pageSize(limits.historyPageMax)),
  since_seq: z.optional(querySeq),
  before_seq: z.optional(querySeq),
  /** The page with this message in the middle. */
  around_seq: z.optional(querySeq),
});
export const messageView = z.omit(messageCreate, { type: true });
/** Ascending by seq_no. `has_more` speaks of the direction that was asked for. */
export const historyResponse = z.object({
  messages: z.array(messageView),
  last_seq: seqNo,
  has_more: z.boolean(),
});

export const changesQuery = z.object({
  since_rev: querySeq,
  limit: z.optional(pageSize(limits.historyPageMax)),
});
/** Every message that changed after `since_rev`, in its present state, each once. */
export const changesResponse = z.object({
  messages: z.array(messageView),
  /** Everything up to here is in `messages`: the next `since_rev`. */
  rev: z.int(),
  last_rev: z.int(),
  has_more: z.boolean(),
});
export const pinsResponse = z.object({ messages: z.array(messageView) });
/** What a message said before, the oldest first; the last one is what it says now. */
export const versionsResponse = z.object({
  versions: z.array(z.object({ content: z.string(), created_at: z.string() })),
});
/** Over HTTP for whoever has no socket; the answer only says that it is on its way. */
export const postMessageRequest = messagePost;
export const postMessageResponse = z.object({ status: z.literal('accepted'), client_msg_id: clientMsgId });
export const threadsQuery = z.object({
  limit: z.optional(pageSize(limits.threadsPageMax)),
  /** Threads whose root is older than this message. */
  before_seq: z.optional(querySeq),
});
/** The roots of threads, the newest root first, each with how many of its messages the caller has read. */
export const threadsResponse = z.object({
  threads: z.array(z.object({ root: messageView, read: z.int(), unread: z.int() })),
  has_more: z.boolean(),
});
export const threadQuery = z.object({
  limit: z.optional(pageSize(limits.historyPageMax)),
  since: z.optional(querySeq),
  before: z.optional(querySeq),
});
/** A page of one thread by `thread_seq`, ascending; both bounds are exclusive. */
export const threadResponse = z.object({
  root: messageView,
  messages: z.array(messageView),
  read: z.int(),
  unread: z.int(),
  has_more: z.boolean(),
});
/** How far each member has got; for conversations of up to 50 people. */
export const receiptsResponse = z.object({
  receipts: z.array(z.object({ user_id: userId, read_seq: seqNo, delivered_seq: seqNo })),
});

export const healthResponse = z.object({ status: z.string() });

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
});

export type OpenConversationRequest = z.infer<typeof openConversationRequest>;
export type ConversationsResponse = z.infer<typeof conversationsResponse>;
export type MessageView = z.infer<typeof messageView>;
export type ChangesResponse = z.infer<typeof changesResponse>;
export type PostMessageRequest = z.infer<typeof postMessageRequest>;
export type ThreadsResponse = z.infer<typeof threadsResponse>;
export type ThreadResponse = z.infer<typeof threadResponse>;
export type HistoryResponse = z.infer<typeof historyResponse>;
export type ReceiptsResponse = z.infer<typeof receiptsResponse>;
export type Problem = z.infer<typeof problem>;
