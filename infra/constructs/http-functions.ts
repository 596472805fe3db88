import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionCode } from '../function-code.ts';
import type { DataStack } from '../stacks/data.ts';
import type { AccountEventQueue } from './account-event-queue.ts';
import type { ChatWebSocket } from './chat-web-socket.ts';
import { ConfabFunction } from './confab-function.ts';
import { forgetConnection } from './domain-table.ts';
import type { HttpFunctionMap } from './http-routes.ts';
import type { MessageQueue } from './message-queue.ts';

export interface HttpFunctionsProps {
  readonly code: FunctionCode;
  readonly data: DataStack;
  readonly webSocket: ChatWebSocket;
  readonly accountEvents: AccountEventQueue;
  readonly messages: MessageQueue;
  readonly tokenIssuer: string;
}

/** More memory than this no longer makes a warm request faster; it waits for DynamoDB. */
const ioBound = { memoryMb: 512, timeout: Duration.seconds(10) };
/** One whole vCPU: argon2 keeps it busy for the whole request, so half the memory would take twice as long. */
const cpuBound = { memoryMb: 1769, timeout: Duration.seconds(10) };

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
      'http/health': this.#health(props),
    };
  }

  #auth({ code, data, accountEvents, tokenIssuer }: HttpFunctionsProps) {
    const auth = new ConfabFunction(this, 'http/auth', {
      code,
      ...cpuBound,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        ACCOUNT_EVENTS_QUEUE_URL: accountEvents.queue.queueUrl,
        TOKEN_ISSUER: tokenIssuer,
        EDGE_SECRET_ID: data.edgeSecret.secretArn,
        FACTOR_SECRET_ID: data.factorSecret.secretArn,
        SIGNING_SECRET_ID: data.signingSecret.secretArn,
      },
    });
    data.auth.allow(auth, ...everything);
    data.users.allow(auth, 'GetItem', 'PutItem', 'UpdateItem');
    accountEvents.allowSend(auth);
    for (const secret of [data.signingSecret, data.factorSecret, data.edgeSecret]) secret.allowRead(auth);
    return auth;
  }

  #account({ code, data, webSocket, accountEvents, tokenIssuer }: HttpFunctionsProps) {
    const account = new ConfabFunction(this, 'http/account', {
      code,
      // Passwords are checked and hashed here too.
      ...cpuBound,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        ACCOUNT_EVENTS_QUEUE_URL: accountEvents.queue.queueUrl,
        WEBSOCKET_URL: webSocket.url,
        TOKEN_ISSUER: tokenIssuer,
        EDGE_SECRET_ID: data.edgeSecret.secretArn,
        FACTOR_SECRET_ID: data.factorSecret.secretArn,
      },
    });
    data.auth.allow(account, ...everything);
    data.users.allow(account, 'GetItem', 'UpdateItem');
    accountEvents.allowSend(account);
    for (const secret of [data.factorSecret, data.edgeSecret]) secret.allowRead(account);
    return account;
  }

  #accountData({ code, data, accountEvents, tokenIssuer }: HttpFunctionsProps) {
    const accountData = new ConfabFunction(this, 'http/account-data', {
      code,
      ...ioBound,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        MESSAGES_TABLE: data.messages.tableName,
        ACCOUNT_EVENTS_QUEUE_URL: accountEvents.queue.queueUrl,
        TOKEN_ISSUER: tokenIssuer,
      },
    });
    data.auth.allow(accountData, 'GetItem', 'Query', 'UpdateItem', 'DeleteItem');
    data.users.allow(accountData, 'GetItem', 'Query');
    data.conversations.allow(accountData, 'GetItem', 'BatchGetItem', 'Query');
    data.messages.allow(accountData, 'Query');
    accountEvents.allowSend(accountData);
    return accountData;
  }

  #users({ code, data, tokenIssuer }: HttpFunctionsProps) {
    const users = new ConfabFunction(this, 'http/users', {
      code,
      ...ioBound,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        TOKEN_ISSUER: tokenIssuer,
      },
    });
    data.auth.allow(users, 'GetItem', 'UpdateItem');
    data.users.allow(users, ...everything, 'BatchGetItem');
    return users;
  }

  #conversations({ code, data, webSocket, messages, tokenIssuer }: HttpFunctionsProps) {
    const conversations = new ConfabFunction(this, 'http/conversations', {
      code,
      ...ioBound,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        MESSAGES_TABLE: data.messages.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: webSocket.url,
        MESSAGE_QUEUE_URL: messages.queue.queueUrl,
        TOKEN_ISSUER: tokenIssuer,
      },
    });
    data.auth.allow(conversations, 'GetItem', 'UpdateItem');
    data.users.allow(conversations, 'BatchGetItem');
    data.conversations.allow(conversations, 'GetItem', 'BatchGetItem', 'Query', 'PutItem');
    data.messages.allow(conversations, 'GetItem', 'Query', 'BatchGetItem');
    data.connections.allow(conversations, 'BatchGetItem', ...forgetConnection);
    messages.allowSend(conversations);
    webSocket.allowPush(conversations);
    return conversations;
  }

  #health({ code, data }: HttpFunctionsProps) {
    const health = new ConfabFunction(this, 'http/health', {
      code,
      ...ioBound,
      environment: { AUTH_TABLE: data.auth.tableName },
    });
    data.auth.allow(health, 'GetItem');
    return health;
  }
}
