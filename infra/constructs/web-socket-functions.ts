import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionCode } from '../function-code.ts';
import type { DataStack } from '../stacks/data.ts';
import type { ChatWebSocket } from './chat-web-socket.ts';
import { ConfabFunction } from './confab-function.ts';
import { forgetConnection } from './domain-table.ts';
import type { DeploymentEnvironment } from './function-environment.ts';
import type { MessageQueue } from './message-queue.ts';
import { allowPresence } from './presence-functions.ts';
import type { WebSocketFunctionMap } from './web-socket-routes.ts';

export interface WebSocketFunctionsProps {
  readonly code: FunctionCode;
  readonly environment: DeploymentEnvironment;
  readonly data: DataStack;
  readonly webSocket: ChatWebSocket;
  readonly messages: MessageQueue;
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
      'ws/presence': this.#presence(props),
      'ws/sync': this.#sync(props),
      'ws/ping': this.#ping(props),
    };
  }

  #connect({ code, environment, data, webSocket }: WebSocketFunctionsProps) {
    const connect = new ConfabFunction(this, 'ws/connect', { code, environment, ...frame });
    // Where no authorizer ran, connect itself takes the ticket.
    data.auth.allow(connect, 'GetItem', 'DeleteItem');
    // A session that ended meanwhile takes its new connection with it.
    data.connections.allow(connect, 'PutItem', 'GetItem', ...forgetConnection);
    // A connection too many ends the oldest one, which is told so.
    webSocket.allowPush(connect);
    webSocket.allowEnd(connect);
    return connect;
  }

  #disconnect({ code, environment, data }: WebSocketFunctionsProps) {
    const disconnect = new ConfabFunction(this, 'ws/disconnect', { code, environment, ...frame });
    data.connections.allow(disconnect, 'GetItem', ...forgetConnection);
    return disconnect;
  }

  #rejectFrame({ code, environment, webSocket }: WebSocketFunctionsProps) {
    const rejectFrame = new ConfabFunction(this, 'ws/reject-frame', { code, environment, ...frame });
    webSocket.allowPush(rejectFrame);
    return rejectFrame;
  }

  #sendMessage(props: WebSocketFunctionsProps) {
    const { code, environment, data, messages } = props;
    const sendMessage = new ConfabFunction(this, 'ws/send-message', { code, environment, ...frame });
    allowAnswer(sendMessage, props);
    data.conversations.allow(sendMessage, 'GetItem');
    // Only for messages that mention people: who of them has a block between.
    data.users.allow(sendMessage, 'BatchGetItem');
    // Only for messages that forward another: what it says.
    data.messages.allow(sendMessage, 'GetItem', 'BatchGetItem');
    messages.allowSend(sendMessage);
    return sendMessage;
  }

  #changeMessage(props: WebSocketFunctionsProps) {
    const { code, environment, data, messages } = props;
    const changeMessage = new ConfabFunction(this, 'ws/change-message', { code, environment, ...frame });
    allowAnswer(changeMessage, props);
    data.conversations.allow(changeMessage, 'GetItem');
    data.users.allow(changeMessage, 'BatchGetItem');
    messages.allowSend(changeMessage);
    return changeMessage;
  }

  #typing(props: WebSocketFunctionsProps) {
    const { code, environment, data } = props;
    const typing = new ConfabFunction(this, 'ws/typing', { code, environment, ...frame });
    allowAnswer(typing, props);
    // Nothing of it is stored: it reads who is there, and tells them.
    data.users.allow(typing, 'GetItem');
    data.conversations.allow(typing, 'GetItem', 'Query');
    data.connections.allow(typing, 'BatchGetItem', ...forgetConnection);
    return typing;
  }

  #markRead(props: WebSocketFunctionsProps) {
    const { code, environment, data } = props;
    const markRead = new ConfabFunction(this, 'ws/mark-read', { code, environment, ...frame });
    allowAnswer(markRead, props);
    data.users.allow(markRead, 'GetItem');
    data.conversations.allow(markRead, 'GetItem', 'Query', 'UpdateItem');
    // The root of the thread that is marked.
    data.messages.allow(markRead, 'BatchGetItem');
    data.connections.allow(markRead, 'BatchGetItem', ...forgetConnection);
    return markRead;
  }

  #presence(props: WebSocketFunctionsProps) {
    const { code, environment, data, webSocket } = props;
    const presence = new ConfabFunction(this, 'ws/presence', { code, environment, ...frame });
    data.auth.allow(presence, 'UpdateItem');
    // Subscribing writes a row for each person.
    allowPresence(presence, { data, webSocket }, 'PutItem');
    return presence;
  }

  #sync(props: WebSocketFunctionsProps) {
    const { code, environment, data } = props;
    const sync = new ConfabFunction(this, 'ws/sync', { code, environment, ...frame });
    allowAnswer(sync, props);
    data.users.allow(sync, 'Query', 'BatchGetItem');
    data.conversations.allow(sync, 'Query', 'BatchGetItem', 'GetItem');
    data.messages.allow(sync, 'Query', 'BatchGetItem', 'GetItem');
    data.connections.allow(sync, ...forgetConnection);
    return sync;
  }

  #ping(props: WebSocketFunctionsProps) {
    const { code, environment, data } = props;
    const ping = new ConfabFunction(this, 'ws/ping', { code, environment, ...frame });
    allowAnswer(ping, props);
    data.connections.allow(ping, ...forgetConnection);
    return ping;
  }
}

/** What answering a frame takes: whose connection it came on, a token from their bucket, and the push. */
function allowAnswer(grantee: ConfabFunction, { data, webSocket }: WebSocketFunctionsProps): void {
  data.connections.allow(grantee, 'GetItem');
  data.auth.allow(grantee, 'UpdateItem');
  webSocket.allowPush(grantee);
}
