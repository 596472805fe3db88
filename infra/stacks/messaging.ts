import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AccountEventQueue } from '../constructs/account-event-queue.ts';
import { Alarms } from '../constructs/alarms.ts';
import { ConfabFunction } from '../constructs/confab-function.ts';
import { forgetConnection } from '../constructs/domain-table.ts';
import { MailSender } from '../constructs/mail-sender.ts';
import { MessageQueue } from '../constructs/message-queue.ts';
import { allowTextMessages } from '../constructs/text-messages.ts';
import type { FunctionCode } from '../function-code.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';
import type { EdgeStack } from './edge.ts';

export interface MessagingStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
  readonly edge: EdgeStack;
  readonly code: FunctionCode;
}

/** A batch is a handful of transactions and pushes. Short, because it decides how long a crash blocks its conversations. */
const messageTimeout = Duration.seconds(10);
/** Ten mails or SMS in turn, or one large erasure. Nobody waits behind a batch of these. */
const accountEventTimeout = Duration.seconds(30);

/** What was accepted and waits in a queue, and who takes it from there. */
export class MessagingStack extends Stack {
  readonly messages: MessageQueue;
  readonly accountEvents: AccountEventQueue;

  constructor(scope: Construct, id: string, props: MessagingStackProps) {
    super(scope, id, props);
    const { settings } = props;
    this.messages = new MessageQueue(this, 'Messages', { consumerTimeout: messageTimeout });
    const messageProcessor = this.#processMessages(props);
    this.accountEvents = new AccountEventQueue(this, 'AccountEvents', {
      consumerTimeout: accountEventTimeout,
    });
    const accountEventProcessor = this.#processAccountEvents(props);

    const alarms = new Alarms(this, 'Alarms', { email: settings.alarmEmail });
    for (const queue of [this.messages, this.accountEvents]) alarms.watchQueue(queue);
    for (const consumer of [messageProcessor, accountEventProcessor]) alarms.watchConsumer(consumer);
    alarms.watchSmsSpending(settings.smsMonthlyBudgetUsd);
  }

  #processMessages({ data, edge, code }: MessagingStackProps): ConfabFunction {
    const processor = new ConfabFunction(this, 'consumers/process-messages', {
      code,
      // Up to ten conversations and fifty pushes at once, each its own TLS connection: CPU is the limit, not memory.
      memoryMb: 1024,
      timeout: messageTimeout,
      environment: {
        CONVERSATIONS_TABLE: data.conversations.tableName,
        MESSAGES_TABLE: data.messages.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
        MESSAGE_QUEUE_URL: this.messages.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: this.messages.deadLetterQueue.queueUrl,
        MAX_RECEIVE_COUNT: String(this.messages.maxReceiveCount),
      },
    });
    data.conversations.allow(processor, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem');
    // A deleted message takes its former texts with it.
    data.messages.allow(processor, 'GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem');
    data.connections.allow(processor, 'BatchGetItem', ...forgetConnection);
    this.messages.deliverTo(processor);
    this.messages.allowPark(processor);
    edge.webSocket.allowPush(processor);
    return processor;
  }

  #processAccountEvents({ settings, data, edge, code }: MessagingStackProps): ConfabFunction {
    const mail = new MailSender(this, 'Mail', settings);
    const processor = new ConfabFunction(this, 'consumers/process-account-events', {
      code,
      memoryMb: 512,
      timeout: accountEventTimeout,
      environment: {
        AUTH_TABLE: data.auth.tableName,
        USERS_TABLE: data.users.tableName,
        CONNECTIONS_TABLE: data.connections.tableName,
        WEBSOCKET_URL: edge.webSocket.url,
        ACCOUNT_EVENTS_QUEUE_URL: this.accountEvents.queue.queueUrl,
        MAIL_FROM: mail.from,
        WEB_URL: edge.webUrl,
      },
    });
    data.auth.allow(processor, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    data.users.allow(processor, 'GetItem', 'Query', 'PutItem', 'DeleteItem');
    data.connections.allow(processor, 'GetItem', ...forgetConnection);
    this.accountEvents.deliverTo(processor);
    // An erasure ends sessions and tells of itself.
    this.accountEvents.allowSend(processor);
    // The end of a session ends its sockets.
    edge.webSocket.allowPush(processor);
    edge.webSocket.allowEnd(processor);
    mail.allowSend(processor);
    allowTextMessages(processor);
    return processor;
  }
}
