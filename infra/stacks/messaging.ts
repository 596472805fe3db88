import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Alarms } from '../constructs/alarms.ts';
import { ChatWebSocket } from '../constructs/chat-web-socket.ts';
import { ConfabFunction } from '../constructs/confab-function.ts';
import { forgetConnection } from '../constructs/domain-table.ts';
import { MessageQueue } from '../constructs/message-queue.ts';
import type { FunctionCode } from '../function-code.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';

export interface MessagingStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
  readonly code: FunctionCode;
}

/** The road of a message: queue, processor, and the socket that it is pushed through. */
export class MessagingStack extends Stack {
  readonly webSocket: ChatWebSocket;
  readonly messages: MessageQueue;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: MessagingStackProps) {
    super(scope, id, props);
    const { settings, data, code } = props;
    // A batch is a handful of transactions and pushes. Short, because it decides how long a crash blocks its
    // conversations: the visibility timeout is six times this.
    const processorTimeout = Duration.seconds(10);

    this.webSocket = new ChatWebSocket(this, 'WebSocket', { urlOverride: settings.webSocketUrl });
    this.messages = new MessageQueue(this, 'Messages', { consumerTimeout: processorTimeout });
    const processor = new ConfabFunction(this, 'consumers/process-messages', {
      code,
      // Up to ten conversations and fifty pushes at once, each its own TLS connection: CPU is the limit, not memory.
      memoryMb: 1024,
      timeout: processorTimeout,
      environment: {
        CONVERSATIONS_TABLE: data.conversations.tableName,
        MESSAGES_TABLE: data.messages.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: this.webSocket.url,
        MESSAGE_QUEUE_URL: this.messages.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: this.messages.deadLetterQueue.queueUrl,
        MAX_RECEIVE_COUNT: String(this.messages.maxReceiveCount),
      },
    });
    data.conversations.allow(processor, 'GetItem', 'Query', 'UpdateItem');
    data.messages.allow(processor, 'GetItem', 'PutItem');
    data.connections.allow(processor, 'BatchGetItem', ...forgetConnection);
    this.messages.deliverTo(processor);
    this.messages.allowPark(processor);
    this.webSocket.allowPush(processor);

    this.alarms = new Alarms(this, 'Alarms', { email: settings.alarmEmail });
    this.alarms.watchQueue(this.messages);
    this.alarms.watchConsumer(processor);
  }
}
