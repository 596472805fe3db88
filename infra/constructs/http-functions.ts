import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionCode } from '../function-code.ts';
import type { DataStack } from '../stacks/data.ts';
import type { HttpFunctionMap } from './chat-http-api.ts';
import type { ChatWebSocket } from './chat-web-socket.ts';
import { ConfabFunction } from './confab-function.ts';
import { forgetConnection } from './domain-table.ts';

export interface HttpFunctionsProps {
  readonly code: FunctionCode;
  readonly data: DataStack;
  readonly webSocket: ChatWebSocket;
  readonly tokenIssuer: string;
}

/** More memory than this no longer makes a warm request faster; it waits for DynamoDB. */
const ioBound = { memoryMb: 512, timeout: Duration.seconds(10) };
/** One whole vCPU: argon2 keeps it busy for the whole request, so half the memory would take twice as long. */
const cpuBound = { memoryMb: 1769, timeout: Duration.seconds(10) };

/** The functions behind the HTTP API, each with what it may do. */
export class HttpFunctions extends Construct {
  readonly byPath: HttpFunctionMap;

  constructor(scope: Construct, id: string, props: HttpFunctionsProps) {
    super(scope, id);
    this.byPath = {
      'http/auth': this.#auth(props),
      'http/users': this.#users(props),
      'http/conversations': this.#conversations(props),
      'http/health': this.#health(props),
    };
  }

  #auth({ code, data, webSocket, tokenIssuer }: HttpFunctionsProps) {
    const auth = new ConfabFunction(this, 'http/auth', {
      code,
      ...cpuBound,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: webSocket.url,
        TOKEN_ISSUER: tokenIssuer,
        SIGNING_SECRET_ID: data.signingSecret.secretArn,
      },
    });
    data.auth.allow(auth, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    data.users.allow(auth, 'GetItem', 'PutItem');
    // The end of a session ends its sockets.
    data.connections.allow(auth, 'BatchGetItem', 'GetItem', ...forgetConnection);
    webSocket.allowPush(auth);
    webSocket.allowEnd(auth);
    data.signingSecret.allowRead(auth);
    return auth;
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
    data.users.allow(users, 'GetItem', 'Query');
    return users;
  }

  #conversations({ code, data, webSocket, tokenIssuer }: HttpFunctionsProps) {
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
        TOKEN_ISSUER: tokenIssuer,
      },
    });
    data.auth.allow(conversations, 'GetItem', 'UpdateItem');
    data.users.allow(conversations, 'BatchGetItem');
    data.conversations.allow(conversations, 'GetItem', 'BatchGetItem', 'Query', 'PutItem');
    data.messages.allow(conversations, 'Query');
    data.connections.allow(conversations, 'BatchGetItem', ...forgetConnection);
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
