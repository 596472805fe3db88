import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AccountEventQueue } from '../constructs/account-event-queue.ts';
import { Alarms } from '../constructs/alarms.ts';
import { ConfabFunction } from '../constructs/confab-function.ts';
import { forgetConnection } from '../constructs/domain-table.ts';
import { type DeploymentEnvironment, functionEnvironment } from '../constructs/function-environment.ts';
import { MailSender } from '../constructs/mail-sender.ts';
import { MessageQueue } from '../constructs/message-queue.ts';
import { PresenceFunctions } from '../constructs/presence-functions.ts';
import { allowTextMessages } from '../constructs/text-messages.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
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
/** A delivery has five seconds; ten of them go side by side. */
const webhookTimeout = Duration.seconds(30);
/** A step of a fan-out: some hundred pushes. */
const noticeTimeout = Duration.seconds(30);
/** Ten people at once, each told to whoever watches them. */
const presenceTimeout = Duration.seconds(10);

/** What was accepted and waits in a queue, and who takes it from there. */
export class MessagingStack extends Stack {
  readonly messages: MessageQueue;
  readonly accountEvents: AccountEventQueue;
  readonly webhookDeliveries: WorkQueue;
  readonly notices: WorkQueue;
  readonly presenceChecks: WorkQueue;
  /** For the functions here and in the stacks below. */
  readonly variables: DeploymentEnvironment;

  constructor(scope: Construct, id: string, props: MessagingStackProps) {
    super(scope, id, props);
    const { settings, data, edge } = props;
    const messages = new MessageQueue(this, 'Messages', { consumerTimeout: messageTimeout });
    const accountEvents = new AccountEventQueue(this, 'AccountEvents', {
      consumerTimeout: accountEventTimeout,
    });
    const webhookDeliveries = new WorkQueue(this, 'WebhookDeliveries', {
      consumerTimeout: webhookTimeout,
      maxReceiveCount: 8,
      maxConcurrency: 20,
      parked:
        'Webhook deliveries were given up after eight tries over hours. See the consumer log, then redrive.',
      // A try may be put off for hours; the dead-letter queue counts from the first day, too.
      retention: Duration.days(4),
    });
    const notices = new WorkQueue(this, 'Notices', {
      consumerTimeout: noticeTimeout,
      maxReceiveCount: 5,
      maxConcurrency: 5,
      parked:
        'A notice did not reach everybody who was connected; others find it at their next sync. Redrive.',
      retention: Duration.days(4),
    });
    const presenceChecks = new WorkQueue(this, 'PresenceChecks', {
      consumerTimeout: presenceTimeout,
      maxReceiveCount: 5,
      maxConcurrency: 10,
      parked:
        'It was not seen whether somebody is still there: they may be shown as online until they next connect. Redrive.',
      retention: Duration.days(4),
    });
    this.messages = messages;
    this.accountEvents = accountEvents;
    this.webhookDeliveries = webhookDeliveries;
    this.notices = notices;
    this.presenceChecks = presenceChecks;
    // After all queues, before all consumers: a consumer may well send to the queue of another one.
    const queues = { messages, accountEvents, webhookDeliveries, notices, presenceChecks };
    this.variables = functionEnvironment({ settings, data, edge, ...queues });
    const presence = new PresenceFunctions(this, 'Connections', {
      code: props.code,
      environment: this.variables,
      data,
      webSocket: edge.webSocket,
      checks: presenceChecks,
      checkTimeout: presenceTimeout,
    });
    const consumers = [
      this.#processMessages(props),
      this.#processAccountEvents(props),
      this.#deliverWebhooks(props),
      this.#publishNotices(props),
      ...presence.consumers,
    ];

    const alarms = new Alarms(this, 'Alarms', { email: settings.alarmEmail });
    for (const queue of Object.values(queues)) alarms.watchQueue(queue);
    for (const consumer of consumers) alarms.watchConsumer(consumer);
    alarms.watchStream(presence.stream);
    alarms.watchSchedule(presence.sweep);
    alarms.watchSmsSpending(settings.smsMonthlyBudgetUsd);
  }

  #processMessages({ data, edge, code }: MessagingStackProps): ConfabFunction {
    const processor = new ConfabFunction(this, 'consumers/process-messages', {
      code,
      // Up to ten conversations and fifty pushes at once, each its own TLS connection: CPU is the limit, not memory.
      memoryMb: 1024,
      timeout: messageTimeout,
      environment: {
        ...this.variables,
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
    this.webhookDeliveries.allowSend(processor);
    edge.webSocket.allowPush(processor);
    return processor;
  }

  #processAccountEvents({ settings, data, edge, code }: MessagingStackProps): ConfabFunction {
    const mail = new MailSender(this, 'Mail', settings);
    const processor = new ConfabFunction(this, 'consumers/process-account-events', {
      code,
      memoryMb: 512,
      timeout: accountEventTimeout,
      environment: { ...this.variables, MAIL_FROM: mail.from },
    });
    data.auth.allow(processor, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    data.users.allow(processor, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    data.connections.allow(processor, 'GetItem', ...forgetConnection);
    this.accountEvents.deliverTo(processor);
    // An erasure ends sessions and tells of itself.
    this.accountEvents.allowSend(processor);
    // And leaves nobody to be seen.
    this.presenceChecks.allowSend(processor);
    // The end of a session ends its sockets.
    edge.webSocket.allowPush(processor);
    edge.webSocket.allowEnd(processor);
    mail.allowSend(processor);
    allowTextMessages(processor);
    return processor;
  }

  #deliverWebhooks({ data, code }: MessagingStackProps): ConfabFunction {
    const consumer = new ConfabFunction(this, 'consumers/deliver-webhooks', {
      code,
      memoryMb: 512,
      timeout: webhookTimeout,
      environment: this.variables,
    });
    data.conversations.allow(consumer, 'GetItem', 'PutItem', 'UpdateItem');
    data.factorSecret.allowRead(consumer);
    // It decides itself when a delivery comes again; consuming a queue brings the right to.
    this.webhookDeliveries.deliverTo(consumer);
    return consumer;
  }

  #publishNotices({ data, edge, code }: MessagingStackProps): ConfabFunction {
    const consumer = new ConfabFunction(this, 'consumers/publish-notices', {
      code,
      memoryMb: 512,
      timeout: noticeTimeout,
      environment: this.variables,
    });
    data.users.allow(consumer, 'GetItem', 'UpdateItem');
    data.conversations.allow(consumer, 'Query');
    // Everybody: the one reader of the whole table beside the sweep.
    data.connections.allow(consumer, 'BatchGetItem', 'Scan', ...forgetConnection);
    edge.webSocket.allowPush(consumer);
    this.notices.deliverTo(consumer);
    // Each step sends the next one.
    this.notices.allowSend(consumer);
    return consumer;
  }
}
