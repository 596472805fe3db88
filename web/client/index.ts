/**
 * The client library of Confab: everything that a program needs to take part in the chat. It runs wherever there are
 * `fetch` and `WebSocket` (a browser, Node from 24), and takes all that it needs of its surroundings as an argument.
 *
 *     const client = new ConfabClient({ baseUrl: 'http://127.0.0.1:8787' });
 *     await client.logIn({ email, password });
 *     const chat = client.chat;
 *     client.subscribe(() => render(client.chat?.state));
 *     await chat.send(convoId, 'Hello');
 *
 * - `ConfabClient` signs in and out, keeps the session, and has the chat and the account of whoever is signed in.
 * - `ChatClient` is the chat: an immutable `state`, and the ways to change it. What is written goes through an outbox that
 *   outlives the connection and, with a durable `OutboxStore`, the program; what was missed is caught up with after every
 *   absence; before a connection reaches its end the next one takes over without a gap.
 * - The rest are pure functions that say what a state means: rows of a timeline, counts of what is unread, who is there.
 *
 * Errors: `ProblemError` (the server said no: `code`), `UnreachableError` (no answer), `SignedOutError` (the session is over).
 */
export type { AccountApi } from './account-api.ts';
export type { MessageVersion } from './api.ts';
export { ChatClient } from './chat-client.ts';
export { byActivity, type ChatState, presentByActivity } from './chat-state.ts';
export { ConfabClient, type ConfabClientOptions } from './confab-client.ts';
export type { ConnectionState } from './connection.ts';
export {
  type ConversationState,
  isMember,
  isMuted,
  type LastMessage,
  lastActivityMs,
  receiptCounts,
  unreadCount,
} from './conversation-state.ts';
export {
  type Activity,
  type Cancel,
  type ClientEnvironment,
  defaultEnvironment,
  type Network,
  type SocketLike,
  type TabChannel,
} from './environment.ts';
export type { Invitations } from './invitations.ts';
export type { InvitedRole, InviteLinkPreview, InviteLinkWish, NewInviteLink } from './invite-api.ts';
export { type InviteMap, pendingInvites } from './invite-state.ts';
export type { Locks } from './locks.ts';
export type { BanView, MemberView, RoomsPage } from './membership-api.ts';
export type { Roster } from './membership-state.ts';
export type { Memberships } from './memberships.ts';
export type { MessageChange, PendingChange } from './message-changes.ts';
export { gapAfter, messageAt, olderBefore } from './message-window.ts';
export type { ModerationApi, NoticeWish, ReportsPage } from './moderation-api.ts';
export { activeNotices, type NoticeMap } from './notice-state.ts';
export type { Notices } from './notices.ts';
export type { MessageExtras } from './outbox-frames.ts';
export { memoryOutboxStore, type OutboxEntry, type OutboxStore } from './outbox-store.ts';
export type { Presence, PresenceWish } from './presence.ts';
export { type PersonStatus, type PresenceMap, statusOf } from './presence-state.ts';
export { ProblemError, SignedOutError, UnreachableError } from './problem-error.ts';
export type { NewBot, NewWebhook, ProgramApi, WebhookAttempt } from './program-api.ts';
export { memorySessionStore, type SessionStore, type StoredSession } from './session-store.ts';
export type { SignInStep } from './sign-in-api.ts';
export type { ThreadPage, ThreadsPage } from './thread-api.ts';
export { type ThreadMarks, type ThreadState, threadSeqOf, unreadInThread } from './thread-state.ts';
export type { Threads } from './threads.ts';
export type { PendingMessage, Timeline } from './timeline.ts';
export { messageRow, type TimelineRow, threadRows, timelineRows } from './timeline-rows.ts';
