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
  'http/users': z.object({ ...reads, ...usersTable }),
  'http/conversations': z.object({
    ...reads,
    ...usersTable,
    ...conversationsTable,
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
    MESSAGE_QUEUE_URL: z.string(),
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
    ...conversationsTable,
    ...connectionsTable,
    ...webSocket,
    MESSAGE_QUEUE_URL: z.string(),
  }),
  'ws/change-message': z.object({
    ...authTable,
    ...conversationsTable,
    ...connectionsTable,
    ...webSocket,
    MESSAGE_QUEUE_URL: z.string(),
  }),
  'ws/typing': z.object({ ...authTable, ...conversationsTable, ...connectionsTable, ...webSocket }),
  'ws/mark-read': z.object({ ...authTable, ...conversationsTable, ...connectionsTable, ...webSocket }),
  'ws/sync': z.object({
    ...authTable,
    ...usersTable,
    ...conversationsTable,
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
  }),
  'ws/ping': z.object({ ...authTable, ...connectionsTable, ...webSocket }),
  'ws/reject-frame': z.object({ ...webSocket }),
  'consumers/process-messages': z.object({
    ...conversationsTable,
    ...messagesTable,
    ...connectionsTable,
    ...webSocket,
    MESSAGE_QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    /** On this receive the processor parks what still fails, so that the sender hears of it. */
    MAX_RECEIVE_COUNT: z.string(),
  }),
  'consumers/process-account-events': z.object({
    ...authTable,
    ...usersTable,
    ...connectionsTable,
    ...webSocket,
    /** An erasure has consequences of its own. */
    ...accountEvents,
    /** `Name <address>`, or empty where no mail can be sent. */
    MAIL_FROM: z.string(),
    /** The address of the web client, for the links in mails. */
    WEB_URL: z.string(),
  }),
} as const;

export type FunctionPath = keyof typeof environments;
export type FunctionEnvironment<P extends FunctionPath> = z.infer<(typeof environments)[P]>;
