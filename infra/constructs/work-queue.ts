import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';

/** What every queue has, and every dead-letter queue. */
export const everyQueue = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  // What waits here was accepted, and is nowhere else yet.
  removalPolicy: RemovalPolicy.RETAIN,
} as const;

/** The longest there is. */
export const fortnight = Duration.days(14);

export interface WorkQueueProps {
  readonly consumerTimeout: Duration;
  /** How often a message is tried before it goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** So many batches at once, at most. */
  readonly maxConcurrency: number;
  /** For the operator: what did not happen when a message is in the dead-letter queue. */
  readonly parked: string;
  /** What the kind of queue asks for, of itself and of its dead-letter queue. */
  readonly kind?: Pick<QueueProps, 'fifo' | 'deduplicationScope' | 'fifoThroughputLimit'> & {
    readonly contentBasedDeduplication?: boolean;
  };
  /** Default: 14 days. */
  readonly retention?: Duration;
}

/** A queue, its dead-letter queue, and who may do what with them. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly visibilityTimeout: Duration;
  readonly maxReceiveCount: number;
  readonly parked: string;
  readonly #maxConcurrency: number;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { kind, maxReceiveCount, retention = fortnight } = props;
    // Six times the consumer's timeout leaves room for Lambda's own retries when it is throttled.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    this.visibilityTimeout = Duration.seconds(6 * props.consumerTimeout.toSeconds());
    this.maxReceiveCount = maxReceiveCount;
    this.parked = props.parked;
    this.#maxConcurrency = props.maxConcurrency;
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      ...everyQueue,
      ...kind,
      retentionPeriod: fortnight,
    });
    this.queue = new Queue(this, 'Queue', {
      ...everyQueue,
      ...kind,
      retentionPeriod: retention,
      visibilityTimeout: this.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount },
    });
  }

  allowSend(grantee: ConfabFunction): void {
    allowSendTo(this.queue, grantee);
  }

  /** For a consumer that parks hopeless messages itself. */
  allowPark(grantee: ConfabFunction): void {
    allowSendTo(this.deadLetterQueue, grantee);
  }

  /**
   * Batches of at most ten, the failures of a batch reported one by one. No filter: what a filter does not match is
   * deleted. A bound on the batches at once, so that a backlog leaves the account's other executions to the doors.
   */
  deliverTo(consumer: ConfabFunction): void {
    consumer.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        maxConcurrency: this.#maxConcurrency,
      }),
    );
  }
}

export function allowSendTo(queue: Queue, grantee: ConfabFunction): void {
  grantee.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
}
