/**
 * The environment of each function, used twice: the function parses `process.env` with its schema at start, and the
 * CDK construct demands exactly these variables, so that a missing one is a compile error and not a page at night.
 * The key is the path of the entry point below functions/.
 */
import * as z from 'zod/mini';

const authTable = { AUTH_TABLE: z.string() };
const usersTable = { USERS_TABLE: z.string() };
const conversationsTable = { CONVERSATIONS_TABLE: z.string() };
const messagesTable = { MESSAGES_TABLE: z.string() };
const connectionsTable = { CONNECTIONS_TABLE: z.string() };
/** wss://…/stage: where clients connect; the same place over https takes the pushes. */
const webSocket = { WEBSOCKET_URL: z.string() };
const tokens = { TOKEN_ISSUER: z.string() };
const reads = { ...authTable, ...tokens };
const accountEvents = { ACCOUNT_EVENTS_QUEUE_URL: z.string() };
/** Behind CloudFront: proves that a header with the caller's address was set there. */
const edge = { EDGE_SECRET_ID: z.string() };
const factor = { FACTOR_SECRET_ID: z.string() };
const moderationTable = { MODERATION_TABLE: z.string() };
/** Verified addresses of those who may use the admin routes, separated by commas; nobody when empty. */
const admins = { ADMIN_EMAILS: z.string() };
const webhookQueue = { WEBHOOK_QUEUE_URL: z.string() };
/** What changes a conversation from a function: its line in the timeline, and telling everybody of it. */
const changesConversations = {
  ...reads,
  ...usersTable,
  ...conversationsTable,
  ...messagesTable,
  ...connectionsTable,
  ...webSocket,
  ...webhookQueue,
};
/** Who may open a socket from a web page: origins, separated by commas. */
const origins = { ALLOWED_ORIGINS: z.string() };

export const environments = {
  'http/auth': z.object({
    ...reads,
    ...usersTable,
    ...accountEvents,
    ...edge,
    ...factor,
    SIGNING_SECRET_ID: z.string(),
  }),
  'http/account': z.object({
    ...reads,
    ...usersTable,
    ...accountEvents,
    ...edge,
    ...factor,
    ...webSocket,
  }),
  'http/account-data': z.object({
    ...reads,
    ...usersTable,
    ...conversationsTable,
    ...messagesTable,
    ...accountEvents,
  }),
  /** A block silences the conversation of two people, and their own devices hear of it. */
  'http/users': z.object({
    ...reads,
    ...usersTable,
    ...conversationsTable,
    ...connectionsTable,
    ...webSocket,
  }),
  'http/conversations': z.object({
    ...reads,
    ...usersTable,
    ...conversationsTable,
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
    MESSAGE_QUEUE_URL: z.string(),
  }),
  'http/memberships': z.object({ ...changesConversations }),
  'http/invites': z.object({ ...changesConversations, ...moderationTable }),
  'http/moderation': z.object({
    ...reads,
    ...usersTable,
    ...conversationsTable,
    ...messagesTable,
    ...moderationTable,
    ...admins,
  }),
  'http/notices': z.object({
    ...reads,
    ...usersTable,
    ...conversationsTable,
    ...connectionsTable,
    ...webSocket,
    ...admins,
    NOTICE_QUEUE_URL: z.string(),
  }),
  'http/bots': z.object({ ...reads, ...usersTable, ...accountEvents }),
  'http/webhooks': z.object({
    ...reads,
    ...conversationsTable,
    ...messagesTable,
    ...webhookQueue,
    ...factor,
    WEBHOOK_TARGETS: z.enum(['public', 'any']),
  }),
  'http/health': z.object({ ...authTable }),
  'ws/authorize-connection': z.object({ ...authTable, ...origins }),
  'ws/connect': z.object({
    ...authTable,
    ...connectionsTable,
    ...webSocket,
    ...origins,
    CONNECTIONS_PER_USER_MAX: z.string().check(z.regex(/^[1-9]\d*$/)),
  }),
  'ws/disconnect': z.object({ ...connectionsTable }),
  'ws/send-message': z.object({
    ...authTable,
    ...usersTable,
    ...conversationsTable,
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
    MESSAGE_QUEUE_URL: z.string(),
  }),
  'ws/change-message': z.object({
    ...authTable,
    ...usersTable,
    ...conversationsTable,
    ...connectionsTable,
    ...webSocket,
    MESSAGE_QUEUE_URL: z.string(),
  }),
  'ws/typing': z.object({
    ...authTable,
    ...usersTable,
    ...conversationsTable,
    ...connectionsTable,
    ...webSocket,
  }),
  'ws/mark-read': z.object({
    ...authTable,
    ...usersTable,
    ...conversationsTable,
    /** How long a thread is stands in its root. */
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
  }),
  'ws/sync': z.object({
    ...authTable,
    ...usersTable,
    ...conversationsTable,
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
  }),
  'ws/presence': z.object({ ...authTable, ...usersTable, ...connectionsTable, ...webSocket }),
  'ws/ping': z.object({ ...authTable, ...connectionsTable, ...webSocket }),
  'ws/reject-frame': z.object({ ...webSocket }),
  'consumers/process-messages': z.object({
    ...conversationsTable,
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
    ...webhookQueue,
    MESSAGE_QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    /** On this receive the processor parks what still fails, so that the sender hears of it. */
    MAX_RECEIVE_COUNT: z.string(),
  }),
  /** Reads whether somebody is still gone some time after their last connection ended. */
  'consumers/check-presence': z.object({ ...usersTable, ...connectionsTable, ...webSocket }),
  'consumers/publish-notices': z.object({
    ...usersTable,
    ...conversationsTable,
    ...connectionsTable,
    ...webSocket,
    NOTICE_QUEUE_URL: z.string(),
  }),
  'consumers/deliver-webhooks': z.object({
    ...conversationsTable,
    ...webhookQueue,
    ...factor,
    /** `public`: no address inside of a private network; `any` for a laptop. */
    WEBHOOK_TARGETS: z.enum(['public', 'any']),
  }),
  'streams/presence': z.object({
    ...usersTable,
    ...connectionsTable,
    ...webSocket,
    PRESENCE_QUEUE_URL: z.string(),
  }),
  'schedules/sweep-connections': z.object({
    ...connectionsTable,
    ...webSocket,
    /** So old a connection is told to come back, before API Gateway ends it. */
    RECONNECT_AFTER_SECONDS: z.string().check(z.regex(/^[1-9]\d*$/)),
  }),
  'consumers/process-account-events': z.object({
    ...authTable,
    ...usersTable,
    ...connectionsTable,
    ...webSocket,
    /** An erasure has consequences of its own. */
    ...accountEvents,
    PRESENCE_QUEUE_URL: z.string(),
    /** `Name <address>`, or empty where no mail can be sent. */
    MAIL_FROM: z.string(),
    /** The address of the web client, for the links in mails. */
    WEB_URL: z.string(),
  }),
} as const;

export type FunctionPath = keyof typeof environments;
export type FunctionEnvironment<P extends FunctionPath> = z.infer<(typeof environments)[P]>;
