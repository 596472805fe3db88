import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionCode } from '../function-code.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from '../stacks/data.ts';
import type { EdgeStack } from '../stacks/edge.ts';
import { ConfabFunction } from './confab-function.ts';
import { forgetConnection } from './domain-table.ts';
import type { MessageQueue } from './message-queue.ts';
import type { WebSocketFunctionMap } from './web-socket-routes.ts';

export interface WebSocketFunctionsProps {
  readonly code: FunctionCode;
  readonly data: DataStack;
  readonly edge: EdgeStack;
  readonly messages: MessageQueue;
  readonly settings: Settings;
}

/**
 * More memory than this no longer makes a warm frame faster. Ten seconds, well below API Gateway's 29: whoever waits
 * longer for an answer to a frame has sent it again.
 */
const frame = { memoryMb: 512, timeout: Duration.seconds(10) };

/** The functions behind the WebSocket API's routes, each with what it may do. */
export class WebSocketFunctions extends Construct {
  readonly byPath: WebSocketFunctionMap;

  constructor(scope: Construct, id: string, props: WebSocketFunctionsProps) {
    super(scope, id);
    this.byPath = {
      'ws/connect': this.#connect(props),
      'ws/disconnect': this.#disconnect(props),
      'ws/reject-frame': this.#rejectFrame(props),
      'ws/send-message': this.#sendMessage(props),
      'ws/change-message': this.#changeMessage(props),
      'ws/typing': this.#typing(props),
      'ws/mark-read': this.#markRead(props),
      'ws/sync': this.#sync(props),
      'ws/ping': this.#ping(props),
    };
  }

  #connect({ code, data, edge, settings }: WebSocketFunctionsProps) {
    const connect = new ConfabFunction(this, 'ws/connect', {
      code,
      ...frame,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
        ALLOWED_ORIGINS: edge.allowedOrigins.join(','),
        CONNECTIONS_PER_USER_MAX: String(settings.connectionsPerUser),
      },
    });
    // Where no authorizer ran, connect itself takes the ticket.
    data.auth.allow(connect, 'GetItem', 'DeleteItem');
    // A session that ended meanwhile takes its new connection with it.
    data.connections.allow(connect, 'PutItem', 'GetItem', ...forgetConnection);
    // A connection too many ends the oldest one, which is told so.
    edge.webSocket.allowPush(connect);
    edge.webSocket.allowEnd(connect);
    return connect;
  }

  #disconnect({ code, data }: WebSocketFunctionsProps) {
    const disconnect = new ConfabFunction(this, 'ws/disconnect', {
      code,
      ...frame,
      environment: { CONNECTIONS_TABLE: data.connections.tableName },
    });
    data.connections.allow(disconnect, 'GetItem', ...forgetConnection);
    return disconnect;
  }

  #rejectFrame({ code, edge }: WebSocketFunctionsProps) {
    const rejectFrame = new ConfabFunction(this, 'ws/reject-frame', {
      code,
      ...frame,
      environment: { WEBSOCKET_URL: edge.webSocket.url },
    });
    edge.webSocket.allowPush(rejectFrame);
    return rejectFrame;
  }

  #sendMessage({ code, data, edge, messages }: WebSocketFunctionsProps) {
    const sendMessage = new ConfabFunction(this, 'ws/send-message', {
      code,
      ...frame,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
        MESSAGE_QUEUE_URL: messages.queue.queueUrl,
      },
    });
    data.auth.allow(sendMessage, 'UpdateItem');
    data.conversations.allow(sendMessage, 'GetItem');
    data.connections.allow(sendMessage, 'GetItem');
    messages.allowSend(sendMessage);
    edge.webSocket.allowPush(sendMessage);
    return sendMessage;
  }

  #changeMessage({ code, data, edge, messages }: WebSocketFunctionsProps) {
    const changeMessage = new ConfabFunction(this, 'ws/change-message', {
      code,
      ...frame,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
        MESSAGE_QUEUE_URL: messages.queue.queueUrl,
      },
    });
    data.auth.allow(changeMessage, 'UpdateItem');
    data.conversations.allow(changeMessage, 'GetItem');
    data.connections.allow(changeMessage, 'GetItem');
    messages.allowSend(changeMessage);
    edge.webSocket.allowPush(changeMessage);
    return changeMessage;
  }

  #typing({ code, data, edge }: WebSocketFunctionsProps) {
    const typing = new ConfabFunction(this, 'ws/typing', {
      code,
      ...frame,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
      },
    });
    data.auth.allow(typing, 'UpdateItem');
    // Nothing of it is stored: it reads who is there, and tells them.
    data.conversations.allow(typing, 'GetItem', 'Query');
    data.connections.allow(typing, 'GetItem', 'BatchGetItem', ...forgetConnection);
    edge.webSocket.allowPush(typing);
    return typing;
  }

  #markRead({ code, data, edge }: WebSocketFunctionsProps) {
    const markRead = new ConfabFunction(this, 'ws/mark-read', {
      code,
      ...frame,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
      },
    });
    data.auth.allow(markRead, 'UpdateItem');
    data.conversations.allow(markRead, 'GetItem', 'Query', 'UpdateItem');
    data.connections.allow(markRead, 'GetItem', 'BatchGetItem', ...forgetConnection);
    edge.webSocket.allowPush(markRead);
    return markRead;
  }

  #sync({ code, data, edge }: WebSocketFunctionsProps) {
    const sync = new ConfabFunction(this, 'ws/sync', {
      code,
      ...frame,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        MESSAGES_TABLE: data.messages.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
      },
    });
    data.auth.allow(sync, 'UpdateItem');
    data.users.allow(sync, 'BatchGetItem');
    data.conversations.allow(sync, 'Query', 'BatchGetItem');
    data.messages.allow(sync, 'Query', 'BatchGetItem');
    data.connections.allow(sync, 'GetItem', ...forgetConnection);
    edge.webSocket.allowPush(sync);
    return sync;
  }

  #ping({ code, data, edge }: WebSocketFunctionsProps) {
    const ping = new ConfabFunction(this, 'ws/ping', {
      code,
      ...frame,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
      },
    });
    data.auth.allow(ping, 'UpdateItem');
    data.connections.allow(ping, 'GetItem', ...forgetConnection);
    edge.webSocket.allowPush(ping);
    return ping;
  }
}
