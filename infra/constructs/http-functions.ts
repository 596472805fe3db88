import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionCode } from '../function-code.ts';
import type { DataStack } from '../stacks/data.ts';
import type { AccountEventQueue } from './account-event-queue.ts';
import type { ChatWebSocket } from './chat-web-socket.ts';
import { ConfabFunction } from './confab-function.ts';
import { forgetConnection } from './domain-table.ts';
import type { DeploymentEnvironment } from './function-environment.ts';
import type { HttpFunctionMap } from './http-routes.ts';
import type { MessageQueue } from './message-queue.ts';
import type { WorkQueue } from './work-queue.ts';

export interface HttpFunctionsProps {
  readonly code: FunctionCode;
  readonly environment: DeploymentEnvironment;
  readonly data: DataStack;
  readonly webSocket: ChatWebSocket;
  readonly accountEvents: AccountEventQueue;
  readonly messages: MessageQueue;
  readonly noticeQueue: WorkQueue;
  readonly webhookDeliveries: WorkQueue;
}

/** More memory than this no longer makes a warm request faster; it waits for DynamoDB. */
const ioBound = { memoryMb: 512, timeout: Duration.seconds(10) };
/** One whole vCPU: argon2 keeps it busy for the whole request, so half the memory would take twice as long. */
const cpuBound = { memoryMb: 1769, timeout: Duration.seconds(10) };

/** The live session is read, and a token taken from a bucket. */
const authenticate = ['GetItem', 'UpdateItem'] as const;
/** All that a transaction is made of, and what it is based on; still no scan and no batch. */
const everything = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'] as const;

/** The functions behind the HTTP API, each with what it may do. */
export class HttpFunctions extends Construct {
  readonly byPath: HttpFunctionMap;

  constructor(scope: Construct, id: string, props: HttpFunctionsProps) {
    super(scope, id);
    this.byPath = {
      'http/auth': this.#auth(props),
      'http/account': this.#account(props),
      'http/account-data': this.#accountData(props),
      'http/users': this.#users(props),
      'http/conversations': this.#conversations(props),
      'http/memberships': this.#memberships(props),
      'http/invites': this.#invites(props),
      'http/moderation': this.#moderation(props),
      'http/notices': this.#notices(props),
      'http/bots': this.#bots(props),
      'http/webhooks': this.#webhooks(props),
      'http/health': this.#health(props),
    };
  }

  #auth({ code, environment, data, accountEvents }: HttpFunctionsProps) {
    const auth = new ConfabFunction(this, 'http/auth', { code, environment, ...cpuBound });
    data.auth.allow(auth, ...everything);
    data.users.allow(auth, 'GetItem', 'PutItem', 'UpdateItem');
    accountEvents.allowSend(auth);
    for (const secret of [data.signingSecret, data.factorSecret, data.edgeSecret]) secret.allowRead(auth);
    return auth;
  }

  #account({ code, environment, data, accountEvents }: HttpFunctionsProps) {
    const account = new ConfabFunction(this, 'http/account', {
      code,
      environment,
      // Passwords are checked and hashed here too.
      ...cpuBound,
    });
    data.auth.allow(account, ...everything);
    data.users.allow(account, 'GetItem', 'UpdateItem');
    accountEvents.allowSend(account);
    for (const secret of [data.factorSecret, data.edgeSecret]) secret.allowRead(account);
    return account;
  }

  #accountData({ code, environment, data, accountEvents }: HttpFunctionsProps) {
    const accountData = new ConfabFunction(this, 'http/account-data', { code, environment, ...ioBound });
    data.auth.allow(accountData, 'GetItem', 'Query', 'UpdateItem', 'DeleteItem');
    data.users.allow(accountData, 'GetItem', 'Query');
    data.conversations.allow(accountData, 'GetItem', 'BatchGetItem', 'Query');
    data.messages.allow(accountData, 'Query');
    accountEvents.allowSend(accountData);
    return accountData;
  }

  #users({ code, environment, data, webSocket }: HttpFunctionsProps) {
    const users = new ConfabFunction(this, 'http/users', { code, environment, ...ioBound });
    data.auth.allow(users, ...authenticate);
    data.users.allow(users, ...everything, 'BatchGetItem');
    // A block silences the conversation of two people, and shows it to the devices of whoever blocked.
    data.conversations.allow(users, 'GetItem', 'BatchGetItem', 'UpdateItem');
    data.connections.allow(users, 'BatchGetItem', ...forgetConnection);
    webSocket.allowPush(users);
    return users;
  }

  #conversations({ code, environment, data, webSocket, messages }: HttpFunctionsProps) {
    const conversations = new ConfabFunction(this, 'http/conversations', { code, environment, ...ioBound });
    data.auth.allow(conversations, ...authenticate);
    data.users.allow(conversations, 'GetItem', 'BatchGetItem');
    data.conversations.allow(conversations, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem');
    data.messages.allow(conversations, 'GetItem', 'Query', 'BatchGetItem');
    data.connections.allow(conversations, 'BatchGetItem', ...forgetConnection);
    messages.allowSend(conversations);
    webSocket.allowPush(conversations);
    return conversations;
  }

  #memberships({ code, environment, data, webSocket, webhookDeliveries }: HttpFunctionsProps) {
    const memberships = new ConfabFunction(this, 'http/memberships', { code, environment, ...ioBound });
    data.auth.allow(memberships, ...authenticate);
    data.users.allow(memberships, 'GetItem', 'BatchGetItem');
    allowChanges(memberships, { data, webSocket, webhookDeliveries });
    return memberships;
  }

  #invites({ code, environment, data, webSocket, webhookDeliveries }: HttpFunctionsProps) {
    const invites = new ConfabFunction(this, 'http/invites', { code, environment, ...ioBound });
    data.auth.allow(invites, ...authenticate);
    // Whoever declines may block in the same breath.
    data.users.allow(invites, 'GetItem', 'BatchGetItem', 'Query', 'UpdateItem', 'ConditionCheckItem');
    data.conversations.allow(invites, 'ConditionCheckItem');
    data.moderation.allow(invites, 'PutItem');
    allowChanges(invites, { data, webSocket, webhookDeliveries });
    return invites;
  }

  #notices({ code, environment, data, webSocket, noticeQueue }: HttpFunctionsProps) {
    const notices = new ConfabFunction(this, 'http/notices', { code, environment, ...ioBound });
    data.auth.allow(notices, ...authenticate);
    data.users.allow(notices, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    data.conversations.allow(notices, 'GetItem');
    data.connections.allow(notices, 'BatchGetItem', ...forgetConnection);
    noticeQueue.allowSend(notices);
    webSocket.allowPush(notices);
    return notices;
  }

  #bots({ code, environment, data, accountEvents }: HttpFunctionsProps) {
    const bots = new ConfabFunction(this, 'http/bots', { code, environment, ...ioBound });
    data.auth.allow(bots, ...authenticate, 'PutItem', 'DeleteItem');
    data.users.allow(
      bots,
      'GetItem',
      'BatchGetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'ConditionCheckItem',
    );
    // A bot is erased as a person is.
    accountEvents.allowSend(bots);
    return bots;
  }

  #webhooks({ code, environment, data, webhookDeliveries }: HttpFunctionsProps) {
    const webhooks = new ConfabFunction(this, 'http/webhooks', { code, environment, ...ioBound });
    data.auth.allow(webhooks, ...authenticate);
    data.conversations.allow(webhooks, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    data.messages.allow(webhooks, 'Query');
    data.factorSecret.allowRead(webhooks);
    // What somebody asks for again.
    webhookDeliveries.allowSend(webhooks);
    return webhooks;
  }

  #moderation({ code, environment, data }: HttpFunctionsProps) {
    const moderation = new ConfabFunction(this, 'http/moderation', { code, environment, ...ioBound });
    data.auth.allow(moderation, ...authenticate);
    data.users.allow(moderation, 'GetItem', 'BatchGetItem');
    data.conversations.allow(moderation, 'GetItem');
    data.messages.allow(moderation, 'BatchGetItem');
    data.moderation.allow(
      moderation,
      'GetItem',
      'BatchGetItem',
      'Query',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
    );
    return moderation;
  }

  #health({ code, environment, data }: HttpFunctionsProps) {
    const health = new ConfabFunction(this, 'http/health', { code, environment, ...ioBound });
    data.auth.allow(health, 'GetItem');
    return health;
  }
}

/** Changes a conversation in one transaction with its line, and tells everybody of it, webhooks included. */
function allowChanges(
  grantee: ConfabFunction,
  {
    data,
    webSocket,
    webhookDeliveries,
  }: Pick<HttpFunctionsProps, 'data' | 'webSocket' | 'webhookDeliveries'>,
): void {
  data.conversations.allow(
    grantee,
    'GetItem',
    'BatchGetItem',
    'Query',
    'PutItem',
    'UpdateItem',
    'DeleteItem',
  );
  data.messages.allow(grantee, 'GetItem', 'PutItem');
  data.connections.allow(grantee, 'BatchGetItem', ...forgetConnection);
  webhookDeliveries.allowSend(grantee);
  webSocket.allowPush(grantee);
}
