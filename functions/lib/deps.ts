/** The composition root: the one place below functions/ that makes SDK clients, and makes each only once. */
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoAccountEraser } from '../../shared/account-data/dynamo-account-eraser.ts';
import { dynamoSecondFactorFlag } from '../../shared/account-data/dynamo-second-factor-flag.ts';
import { sqsAccountEvents } from '../../shared/account-events/sqs-account-events.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { dynamoFailureStore } from '../../shared/auth/dynamo-failure-store.ts';
import { dynamoGate, dynamoSubjectLimiter } from '../../shared/auth/dynamo-gate.ts';
import { dynamoPublicKeyStore } from '../../shared/auth/dynamo-public-key-store.ts';
import { dynamoSecondFactorStore } from '../../shared/auth/dynamo-second-factor-store.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { dynamoTicketStore } from '../../shared/auth/dynamo-ticket-store.ts';
import { announceEnd } from '../../shared/auth/end-sessions.ts';
import { secretBox } from '../../shared/auth/secret-box.ts';
import { rememberedRoots } from '../../shared/auth/secret-source.ts';
import { secretsManagerSecret } from '../../shared/auth/secrets-manager-secret.ts';
import type { SessionStore } from '../../shared/auth/session.ts';
import { jitteredBackoff } from '../../shared/backoff.ts';
import { dynamoBlockStore } from '../../shared/blocks/dynamo-block-store.ts';
import { dynamoSilence } from '../../shared/blocks/dynamo-silence.ts';
import { dynamoBotStore } from '../../shared/bots/dynamo-bot-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoCodeStore } from '../../shared/codes/dynamo-code-store.ts';
import { dynamoAllConnections } from '../../shared/connections/dynamo-all-connections.ts';
import { dynamoConnectionRows } from '../../shared/connections/dynamo-connection-rows.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { dynamoPrivacyCopy } from '../../shared/connections/dynamo-privacy-copy.ts';
import { gatewaySockets } from '../../shared/connections/gateway-sockets.ts';
import { dynamoConversationChanges } from '../../shared/conversations/dynamo-conversation-changes.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { dynamoInviteStore } from '../../shared/invites/dynamo-invite-store.ts';
import { limits } from '../../shared/limits.ts';
import { sesMailer } from '../../shared/mail/ses-mailer.ts';
import { snsTexter } from '../../shared/mail/sns-texter.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import { sqsMessageQueue } from '../../shared/messages/sqs-message-queue.ts';
import { sqsQueueControl } from '../../shared/messages/sqs-queue-control.ts';
import { adminAddresses } from '../../shared/moderation/admins.ts';
import { dynamoReportStore } from '../../shared/moderation/dynamo-report-store.ts';
import { dynamoNoticeStore } from '../../shared/notices/dynamo-notice-store.ts';
import { sqsNoticeQueue } from '../../shared/notices/sqs-notice-queue.ts';
import { dynamoPresenceStore } from '../../shared/presence/dynamo-presence-store.ts';
import { dynamoWatchStore } from '../../shared/presence/dynamo-watch-store.ts';
import { sqsPresenceChecks } from '../../shared/presence/sqs-presence-checks.ts';
import { dynamoRoomDirectory } from '../../shared/rooms/dynamo-room-directory.ts';
import { dynamoThreadMarkStore } from '../../shared/threads/dynamo-thread-mark-store.ts';
import { dynamoThreadStore } from '../../shared/threads/dynamo-thread-store.ts';
import { dynamoUserStore } from '../../shared/users/dynamo-user-store.ts';
import { dynamoWebhookStore } from '../../shared/webhooks/dynamo-webhook-store.ts';
import { httpWebhookSender } from '../../shared/webhooks/http-webhook-sender.ts';
import { publicNames, resolveAnyName } from '../../shared/webhooks/resolve-name.ts';
import { sqsWebhookQueue, sqsWebhookRetries } from '../../shared/webhooks/sqs-webhook-queue.ts';
import type { WebhookTargets } from '../../shared/webhooks/target-url.ts';
import { logger } from './log.ts';
import type { EdgeSecret } from './viewer-address.ts';

const clock = systemClock;

export const backoff = jitteredBackoff;

/** Short enough that the SDK's three tries fit into a function's timeout. */
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_500 };

const dynamo = /* @__PURE__ */ once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }), {
    marshallOptions: { removeUndefinedValues: true },
  }),
);
const sqs = /* @__PURE__ */ once(() => new SQSClient({ requestHandler }));

export const accounts = (env: { AUTH_TABLE: string; USERS_TABLE: string }) =>
  dynamoAccountStore(dynamo(), { authTable: env.AUTH_TABLE, usersTable: env.USERS_TABLE }, backoff);

export const sessions = (env: { AUTH_TABLE: string }): Omit<SessionStore, 'add'> =>
  dynamoSessionStore({ client: dynamo(), authTable: env.AUTH_TABLE, clock, backoff });

/** The same for who opens sessions: one too many ends another, whose sockets hear of it. */
export const sessionsForSignIn = (env: { AUTH_TABLE: string; ACCOUNT_EVENTS_QUEUE_URL: string }) => {
  const events = accountEvents(env);
  return dynamoSessionStore({
    client: dynamo(),
    authTable: env.AUTH_TABLE,
    clock,
    backoff,
    beforeSurplusEnds: (userId, sessionIds) => announceEnd(userId, sessionIds, { events }),
  });
};

export const gate = (env: { AUTH_TABLE: string }) =>
  dynamoGate({ client: dynamo(), authTable: env.AUTH_TABLE, clock });

export const subjectLimiter = (env: { AUTH_TABLE: string }) =>
  dynamoSubjectLimiter({ client: dynamo(), authTable: env.AUTH_TABLE, clock });

export const tickets = (env: { AUTH_TABLE: string }) => dynamoTicketStore(dynamo(), env.AUTH_TABLE);

export const publicKeys = (env: { AUTH_TABLE: string }) =>
  dynamoPublicKeyStore(dynamo(), env.AUTH_TABLE, clock);

/** What every group of session routes needs to know its callers. */
export const authentication = (env: { AUTH_TABLE: string; TOKEN_ISSUER: string }) => ({
  publicKeys: publicKeys(env),
  sessions: sessions(env),
  gate: gate(env),
  issuer: env.TOKEN_ISSUER,
});

export const signingSecret = (env: { SIGNING_SECRET_ID: string }) =>
  secretsManagerSecret(new SecretsManagerClient({ requestHandler }), env.SIGNING_SECRET_ID);

/** Behind CloudFront: what tells its requests from others'. Read once per environment and quarter of an hour. */
export const edgeSecret = (env: { EDGE_SECRET_ID: string }): EdgeSecret => {
  const client = new SecretsManagerClient({ requestHandler });
  const roots = rememberedRoots(secretsManagerSecret(client, env.EDGE_SECRET_ID), clock);
  return {
    async accepted() {
      const { current, previous } = await roots.get();
      return previous === undefined ? [current] : [current, previous];
    },
  };
};

export const users = (env: { USERS_TABLE: string }) => dynamoUserStore(dynamo(), env.USERS_TABLE, backoff);

export const blocks = (env: { USERS_TABLE: string }) =>
  dynamoBlockStore({ client: dynamo(), usersTable: env.USERS_TABLE, backoff });

export const silence = (env: { CONVERSATIONS_TABLE: string }) =>
  dynamoSilence({ client: dynamo(), conversationsTable: env.CONVERSATIONS_TABLE, backoff });

export const bots = (env: { AUTH_TABLE: string; USERS_TABLE: string }) =>
  dynamoBotStore({ client: dynamo(), authTable: env.AUTH_TABLE, usersTable: env.USERS_TABLE, backoff });

export const admins = (env: { ADMIN_EMAILS: string }) => adminAddresses(env.ADMIN_EMAILS);

export const reports = (env: { MODERATION_TABLE: string }) =>
  dynamoReportStore({ client: dynamo(), moderationTable: env.MODERATION_TABLE, backoff });

export const accountEraser = (env: { AUTH_TABLE: string }) =>
  dynamoAccountEraser({ client: dynamo(), authTable: env.AUTH_TABLE, backoff });

export const secondFactorFlag = (env: { AUTH_TABLE: string }) =>
  dynamoSecondFactorFlag(dynamo(), env.AUTH_TABLE);

export const conversations = (env: { CONVERSATIONS_TABLE: string }) =>
  dynamoConversationStore({ client: dynamo(), conversationsTable: env.CONVERSATIONS_TABLE, backoff });

export const invites = (env: { CONVERSATIONS_TABLE: string }) =>
  dynamoInviteStore({ client: dynamo(), conversationsTable: env.CONVERSATIONS_TABLE, backoff });

export const roomDirectory = (env: { CONVERSATIONS_TABLE: string }) =>
  dynamoRoomDirectory({ client: dynamo(), conversationsTable: env.CONVERSATIONS_TABLE, backoff });

export const conversationChanges = (env: { CONVERSATIONS_TABLE: string; MESSAGES_TABLE: string }) =>
  dynamoConversationChanges({
    client: dynamo(),
    conversationsTable: env.CONVERSATIONS_TABLE,
    messagesTable: env.MESSAGES_TABLE,
  });

export const messages = (env: { CONVERSATIONS_TABLE: string; MESSAGES_TABLE: string }) =>
  dynamoMessageStore({
    client: dynamo(),
    conversationsTable: env.CONVERSATIONS_TABLE,
    messagesTable: env.MESSAGES_TABLE,
  });

export const threads = (env: { MESSAGES_TABLE: string }) =>
  dynamoThreadStore({ client: dynamo(), messagesTable: env.MESSAGES_TABLE });

export const threadMarks = (env: { CONVERSATIONS_TABLE: string }) =>
  dynamoThreadMarkStore({ client: dynamo(), conversationsTable: env.CONVERSATIONS_TABLE, backoff });

export const connections = (env: { CONNECTIONS_TABLE: string }) =>
  dynamoConnectionStore({ client: dynamo(), connectionsTable: env.CONNECTIONS_TABLE, clock });

export const connectionRows = (env: { CONNECTIONS_TABLE: string }) =>
  dynamoConnectionRows({ client: dynamo(), connectionsTable: env.CONNECTIONS_TABLE, clock });

export const presence = (env: { CONNECTIONS_TABLE: string }) =>
  dynamoPresenceStore({ client: dynamo(), connectionsTable: env.CONNECTIONS_TABLE, backoff, clock });

export const watches = (env: { CONNECTIONS_TABLE: string }) =>
  dynamoWatchStore({ client: dynamo(), connectionsTable: env.CONNECTIONS_TABLE, clock });

export const presenceChecks = (env: { PRESENCE_QUEUE_URL: string }) =>
  sqsPresenceChecks(sqs(), env.PRESENCE_QUEUE_URL);

export const privacyCopy = (env: { CONNECTIONS_TABLE: string }) =>
  dynamoPrivacyCopy(dynamo(), env.CONNECTIONS_TABLE);

export const allConnections = (env: { CONNECTIONS_TABLE: string }) =>
  dynamoAllConnections({ client: dynamo(), connectionsTable: env.CONNECTIONS_TABLE, clock });

export const notices = (env: { USERS_TABLE: string }) =>
  dynamoNoticeStore({ client: dynamo(), usersTable: env.USERS_TABLE, clock });

export const noticeQueue = (env: { NOTICE_QUEUE_URL: string }) => sqsNoticeQueue(sqs(), env.NOTICE_QUEUE_URL);

export const messageQueue = (env: { MESSAGE_QUEUE_URL: string }) =>
  sqsMessageQueue(sqs(), env.MESSAGE_QUEUE_URL);

export const queueControl = (env: { MESSAGE_QUEUE_URL: string; DEAD_LETTER_QUEUE_URL: string }) =>
  sqsQueueControl(sqs(), { queueUrl: env.MESSAGE_QUEUE_URL, deadLetterQueueUrl: env.DEAD_LETTER_QUEUE_URL });

export const webhookQueue = (env: { WEBHOOK_QUEUE_URL: string }) =>
  sqsWebhookQueue(sqs(), env.WEBHOOK_QUEUE_URL);

export const webhookRetries = (env: { WEBHOOK_QUEUE_URL: string }) =>
  sqsWebhookRetries(sqs(), env.WEBHOOK_QUEUE_URL);

export const webhooks = (env: { CONVERSATIONS_TABLE: string }) =>
  dynamoWebhookStore({ client: dynamo(), conversationsTable: env.CONVERSATIONS_TABLE, backoff });

export const webhookSender = (env: { WEBHOOK_TARGETS: WebhookTargets }) =>
  httpWebhookSender({
    targets: env.WEBHOOK_TARGETS,
    resolve: env.WEBHOOK_TARGETS === 'any' ? resolveAnyName : publicNames(),
    timeoutMs: limits.webhookTimeoutMs,
  });

export const secondFactors = (env: { AUTH_TABLE: string }) =>
  dynamoSecondFactorStore({ client: dynamo(), authTable: env.AUTH_TABLE, backoff });

/** Seals the secrets of second factors. */
export const factorBox = (env: { FACTOR_SECRET_ID: string }) =>
  secretBox(secretsManagerSecret(new SecretsManagerClient({ requestHandler }), env.FACTOR_SECRET_ID), clock);

export const failures = (env: { AUTH_TABLE: string }) =>
  dynamoFailureStore({ client: dynamo(), authTable: env.AUTH_TABLE, clock });

export const codes = (env: { AUTH_TABLE: string }) =>
  dynamoCodeStore({ client: dynamo(), authTable: env.AUTH_TABLE });

export const accountEvents = (env: { ACCOUNT_EVENTS_QUEUE_URL: string }) =>
  sqsAccountEvents(sqs(), env.ACCOUNT_EVENTS_QUEUE_URL, clock);

export const mailer = (env: { MAIL_FROM: string }) =>
  sesMailer(new SESv2Client({ requestHandler }), env.MAIL_FROM);

export const texter = () => snsTexter(new SNSClient({ requestHandler }));

/** Clients connect to wss://…/stage; the same place over https takes the pushes. */
export const sockets = (env: { WEBSOCKET_URL: string }) =>
  gatewaySockets(
    new ApiGatewayManagementApiClient({
      endpoint: env.WEBSOCKET_URL.replace(/^ws/, 'http'),
      // A push may be lost; waiting long for one socket would hold up everybody else in the conversation.
      requestHandler: { connectionTimeout: 500, requestTimeout: 1_000 },
      maxAttempts: 2,
    }),
    (failure) => logger.warn('push failed', { ...failure }),
  );

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
