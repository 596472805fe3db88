import { environments, type FunctionEnvironment, type FunctionPath } from '../../functions/environments.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from '../stacks/data.ts';
import type { EdgeStack } from '../stacks/edge.ts';
import type { AccountEventQueue } from './account-event-queue.ts';
import type { MessageQueue } from './message-queue.ts';
import type { WorkQueue } from './work-queue.ts';

export interface FunctionEnvironmentProps {
  readonly settings: Settings;
  readonly data: DataStack;
  readonly edge: EdgeStack;
  readonly messages: MessageQueue;
  readonly accountEvents: AccountEventQueue;
  readonly webhookDeliveries: WorkQueue;
  readonly notices: WorkQueue;
  readonly presenceChecks: WorkQueue;
}

type KeyOf<E> = E extends unknown ? keyof E : never;
type Variable = KeyOf<FunctionEnvironment<FunctionPath>>;
/** Every variable of functions/environments.ts with the values that it may have. */
type Variables = {
  readonly [V in Variable]?: Extract<FunctionEnvironment<FunctionPath>, Record<V, unknown>>[V];
};

/**
 * What the functions of this deployment are told, each variable once. A function gets those that its schema names; one
 * that it names and that is neither here nor given beside this is a compile error, and so is one here that no function
 * names. What means something else for each function (whose dead letters?) is not here but beside its memory.
 */
export function functionEnvironment(props: FunctionEnvironmentProps) {
  const { settings, data, edge, messages, accountEvents, webhookDeliveries, notices, presenceChecks } = props;
  return {
    AUTH_TABLE: data.auth.tableName,
    USERS_TABLE: data.users.tableName,
    CONVERSATIONS_TABLE: data.conversations.tableName,
    MESSAGES_TABLE: data.messages.tableName,
    CONNECTIONS_TABLE: data.connections.tableName,
    MODERATION_TABLE: data.moderation.tableName,
    SIGNING_SECRET_ID: data.signingSecret.secretArn,
    FACTOR_SECRET_ID: data.factorSecret.secretArn,
    EDGE_SECRET_ID: data.edgeSecret.secretArn,
    WEBSOCKET_URL: edge.webSocket.url,
    TOKEN_ISSUER: edge.httpApi.url,
    WEB_URL: edge.webUrl,
    ALLOWED_ORIGINS: edge.allowedOrigins.join(','),
    MESSAGE_QUEUE_URL: messages.queue.queueUrl,
    ACCOUNT_EVENTS_QUEUE_URL: accountEvents.queue.queueUrl,
    WEBHOOK_QUEUE_URL: webhookDeliveries.queue.queueUrl,
    NOTICE_QUEUE_URL: notices.queue.queueUrl,
    PRESENCE_QUEUE_URL: presenceChecks.queue.queueUrl,
    WEBHOOK_TARGETS: settings.webhookTargets,
    RECONNECT_AFTER_SECONDS: String(Math.round(settings.reconnectAfterMinutes * 60)),
    CONNECTIONS_PER_USER_MAX: String(settings.connectionsPerUser),
    ADMIN_EMAILS: settings.adminEmails.join(','),
  } satisfies Variables;
}

export type DeploymentEnvironment = ReturnType<typeof functionEnvironment>;

/** Of what is given, the variables that the function at `path` parses at its start, and no other. */
export function variablesOf<P extends FunctionPath>(
  path: P,
  given: FunctionEnvironment<P>,
): Record<string, string> {
  const { shape } = environments[path];
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => Object.hasOwn(shape, name) && value !== undefined),
  );
}
