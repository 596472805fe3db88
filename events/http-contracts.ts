/** Bodies and queries of the HTTP API, snake_case. Errors are RFC 9457 problems (see `problem`). */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { foldCase } from '../shared/text.ts';
import { conversationId, seqNo, userId } from './client-frames.ts';
import { conversationView, messageCreate, personView } from './server-frames.ts';

/** Half a character cannot be stored or sent: it would come back as another one. */
const wellFormed = z.refine<string>((text) => text.isWellFormed(), 'has broken Unicode');
/** Names are compared folded, and folding can make one letter eighteen. */
const foldsTo = (max: number) => z.refine<string>((text) => foldCase(text).length <= max, 'is too long');

const email = z
  .string()
  .check(
    z.maxLength(limits.emailMaxChars),
    z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'must be an e-mail address'),
    wellFormed,
    foldsTo(limits.emailMaxChars),
  );
const password = z.string().check(z.minLength(limits.passwordMinChars), z.maxLength(limits.passwordMaxChars));
const printable = z.refine<string>(
  (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
  'has control characters',
);
/** A page size: more than there is to have gets what there is. */
const pageSize = (max: number) =>
  z.pipe(
    z.string().check(z.regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')),
    z.transform((text) => Math.min(Number(text), max)),
  );
const querySeq = z.pipe(
  z.string().check(z.regex(/^\d{1,15}$/, 'must be a whole number')),
  z.pipe(z.transform(Number), seqNo),
);

export const registerRequest = z.object({
  email,
  password,
  handle: z
    .string()
    .check(
      z.minLength(limits.handleMinChars),
      z.maxLength(limits.handleMaxChars),
      z.regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u, 'letters, digits and . _ - only'),
      foldsTo(limits.handleMaxChars),
    ),
  display_name: z
    .string()
    .check(z.trim(), z.minLength(1), z.maxLength(limits.displayNameMaxChars), printable),
});
export const loginRequest = z.object({
  email: z.string().check(z.maxLength(limits.emailMaxChars), wellFormed),
  password: z.string().check(z.maxLength(limits.passwordMaxChars)),
});
export const refreshRequest = z.object({ refresh_token: z.string().check(z.maxLength(256)) });

export const me = z.object({
  user_id: userId,
  handle: z.string(),
  display_name: z.string(),
  email: z.string(),
  created_at: z.string(),
});

/** `expires_in` is the access token's life in seconds. */
export const tokensResponse = z.object({
  user: me,
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.int(),
  session_id: z.string(),
});
/** Connect to `url` with `?ticket=<ticket>` within `expires_in` seconds, once. */
export const ticketResponse = z.object({ ticket: z.string(), url: z.string(), expires_in: z.int() });

export const findUsersQuery = z.object({
  query: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.userSearchQueryMaxChars), wellFormed),
});
export const usersResponse = z.object({ users: z.array(personView) });

/** `members` are the other people; the caller is a member anyway. */
export const openConversationRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('direct'), members: z.array(userId).check(z.minLength(1), z.maxLength(2)) }),
  z.object({
    type: z.literal('group'),
    title: z
      .string()
      .check(z.trim(), z.minLength(1), z.maxLength(limits.conversationTitleMaxChars), printable),
    members: z.array(userId).check(z.maxLength(limits.conversationMembersMax)),
  }),
]);
/** A new conversation, or the one that two people have already; the same view as in the list. */
export const conversationResponse = conversationView;
export const listConversationsQuery = z.object({
  limit: z.optional(pageSize(limits.conversationsPageMax)),
  /** The last conversation of the page before. */
  cursor: z.optional(conversationId),
});
export const conversationsResponse = z.object({
  conversations: z.array(conversationView),
  next_cursor: z.nullable(z.string()),
});

export const historyQuery = z.object({
  limit: z.optional(pageSize(limits.historyPageMax)),
  since_seq: z.optional(querySeq),
  before_seq: z.optional(querySeq),
});
export const messageView = z.omit(messageCreate, { type: true });
/** Ascending by seq_no. `has_more` speaks of the direction that was asked for. */
export const historyResponse = z.object({
  messages: z.array(messageView),
  last_seq: seqNo,
  has_more: z.boolean(),
});

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
});

export type RegisterRequest = z.infer<typeof registerRequest>;
export type LoginRequest = z.infer<typeof loginRequest>;
export type Me = z.infer<typeof me>;
export type TokensResponse = z.infer<typeof tokensResponse>;
export type TicketResponse = z.infer<typeof ticketResponse>;
export type OpenConversationRequest = z.infer<typeof openConversationRequest>;
export type ConversationsResponse = z.infer<typeof conversationsResponse>;
export type MessageView = z.infer<typeof messageView>;
export type HistoryResponse = z.infer<typeof historyResponse>;
export type Problem = z.infer<typeof problem>;
