import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';
import type { DomainTable } from './domain-table.ts';
import { allowSendTo, everyQueue, fortnight } from './work-queue.ts';

/**
 * What the event of a change must look like: `{ eventName: ['REMOVE'], dynamodb: { Keys: { pk: { S: [{ prefix:
 * 'USER#' }] } } } }`. No `numeric` rule matches: a stream carries numbers as strings.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
export type StreamFilter = Readonly<Record<string, unknown>>;

export interface StreamConsumerProps {
  /** A stream serves two readers per shard, no more: two consumers a table. */
  readonly table: DomainTable;
  readonly consumer: ConfabFunction;
  /** TRIM_HORIZON misses nothing, and begins with the last 24 hours; LATEST misses what changes while it is set up. */
  readonly startingPosition: StartingPosition;
  /** For the operator: what did not happen when records were given up. */
  readonly givenUp: string;
  /** So many records at once, at most. Default: 100. */
  readonly batchSize?: number;
  /** So long a batch waits to fill. Default: not at all. */
  readonly batchingWindow?: Duration;
  /** After so many retries a record is given up, so that it does not hold its shard; halving is none. Default: 10. */
  readonly retryAttempts?: number;
  /**
   * At this age a record is given up, tried or not. Default: 12 hours, which leaves the other half of the stream's 24 to
   * read again what was given up.
   */
  readonly maxRecordAge?: Duration;
  /** A change that matches none of these is skipped for good; without any, all changes come. */
  readonly filters?: readonly StreamFilter[];
}

/**
 * Delivers the changes of a table to a function: in order per item, at least once, each failure of a batch by itself. A
 * failing batch is halved until the record that fails stands alone, so that it does not take its neighbours with it.
 * Given up, it leaves a note in the queue `discarded` of where in the stream it was. The note does not hold the record,
 * which can be read there for 24 hours after its change.
 *
 * @throws Error when the table has no stream.
 */
export class StreamConsumer extends Construct {
  readonly consumer: ConfabFunction;
  readonly discarded: Queue;
  readonly givenUp: string;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { table, consumer } = props;
    const eventSourceArn = table.tableStreamArn;
    if (eventSourceArn === undefined)
      throw new Error(`${table.node.path} has no stream for ${id} to consume.`);
    this.consumer = consumer;
    this.givenUp = props.givenUp;
    this.discarded = new Queue(this, 'Discarded', { ...everyQueue, retentionPeriod: fortnight });
    allowRead(eventSourceArn, consumer);
    allowSendTo(this.discarded, consumer);
    new EventSourceMapping(this, 'Mapping', {
      target: consumer,
      eventSourceArn,
      startingPosition: props.startingPosition,
      batchSize: props.batchSize ?? 100,
      ...(props.batchingWindow ? { maxBatchingWindow: props.batchingWindow } : {}),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: props.retryAttempts ?? 10,
      maxRecordAge: props.maxRecordAge ?? Duration.hours(12),
      ...(props.filters
        ? { filters: props.filters.map((filter) => ({ pattern: JSON.stringify(filter) })) }
        : {}),
      onFailure: { bind: () => ({ destination: this.discarded.queueArn }) },
    });
  }
}

/**
 * What Lambda needs of a consumer's role. The CDK's own grant would list the streams of all tables.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
 */
function allowRead(streamArn: string, grantee: ConfabFunction): void {
  const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [streamArn],
    }),
  );
}
