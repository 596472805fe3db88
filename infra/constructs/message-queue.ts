import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';

/** What a FIFO queue and its dead-letter queue, which must be FIFO too, have in common. */
const fifo = {
  fifo: true,
  // Limits per conversation instead of 300 calls a second for the whole queue; both settings are needed for it.
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  // The sender gives the id: two people may well write the same text.
  contentBasedDeduplication: false,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  // The longest there is: a stop of the consumer may last a fortnight before a message is lost.
  retentionPeriod: Duration.days(14),
  // What waits here was accepted, and is nowhere else yet.
  removalPolicy: RemovalPolicy.RETAIN,
} as const;

export interface MessageQueueProps {
  readonly consumerTimeout: Duration;
}

/** Accepted messages in the order of their conversation, and the ones that could not be stored. */
export class MessageQueue extends Construct {
  /** Five may be spent on waiting for an overtaken message; five more, so that a throttled minute parks nothing. */
  readonly maxReceiveCount = 10;
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: MessageQueueProps) {
    super(scope, id);
    this.deadLetterQueue = new Queue(this, 'DeadLetters', fifo);
    this.queue = new Queue(this, 'Queue', {
      ...fifo,
      // Six times the consumer's timeout leaves room for Lambda's own retries when it is throttled.
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: this.maxReceiveCount },
    });
  }

  allowSend(grantee: ConfabFunction): void {
    allowSendTo(this.queue, grantee);
  }

  /** For the consumer, which parks hopeless messages itself instead of letting them block their conversation. */
  allowPark(grantee: ConfabFunction): void {
    allowSendTo(this.deadLetterQueue, grantee);
  }

  /**
   * Batches of at most ten, the failures of a batch reported one by one. No filter: what a filter does not match is
   * deleted. At most 100 batches at once, so that a backlog leaves the account's other 900 executions to the doors.
   */
  deliverTo(consumer: ConfabFunction): void {
    consumer.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: 100 }),
    );
  }
}

function allowSendTo(queue: Queue, grantee: ConfabFunction): void {
  grantee.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
}
