import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';
import type { Scheduled } from './scheduled.ts';
import type { StreamConsumer } from './stream-consumer.ts';
import type { WorkQueue } from './work-queue.ts';

export interface AlarmsProps {
  readonly email: string | undefined;
}

interface Watch {
  readonly metric: IMetric;
  /** In alarm when the metric is above this in each of `periods` periods. */
  readonly above: number;
  readonly periods: number;
  readonly description: string;
}

/** Far above the retries that a throttled minute costs, far below what the stream keeps. */
const streamAgeMax = Duration.minutes(5);

/** What wakes somebody: each alarm says what happened and where to look first. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    // Not encrypted by KMS: CloudWatch cannot use the AWS managed key, and an alarm's text is worth no key of its own.
    this.topic = new Topic(this, 'Topic', { displayName: 'Confab alarms', enforceSSL: true });
    this.#letCloudWatchPublish();
    if (props.email) this.topic.addSubscription(new EmailSubscription(props.email));
  }

  watchQueue({ node: { id }, queue, deadLetterQueue, visibilityTimeout, parked }: WorkQueue): void {
    this.#watchParked(`${id}DeadLetters`, deadLetterQueue, parked);
    // Two visibility timeouts: the first retry did not help either.
    const seconds = 2 * visibilityTimeout.toSeconds();
    this.#alarm(`${id}OldestMessage`, {
      metric: queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      above: seconds,
      periods: 3,
      description: `${id}: something has waited for more than ${seconds} s: the consumer fails, is throttled or is too slow.`,
    });
  }

  /** A stream that stands still shows as the age of what is read from it, whoever's fault it is. */
  watchStream({ node: { id }, consumer, discarded, givenUp }: StreamConsumer): void {
    this.#watchParked(`${id}Discarded`, discarded, givenUp);
    this.#alarm(`${id}Age`, {
      metric: consumer.metric('IteratorAge', { period: Duration.minutes(1), statistic: 'Maximum' }),
      above: streamAgeMax.toMilliseconds(),
      periods: 3,
      description: `${consumer.path} is ${streamAgeMax.toMinutes()} minutes behind its table: it fails, is throttled or is too slow.`,
    });
  }

  /** Counts the retries, too: one bad run is up to three errors. */
  watchSchedule({ run, every }: Scheduled): void {
    this.#alarm(`${run.node.id}Errors`, {
      metric: run.metricErrors({ period: Duration.minutes(5) }),
      above: 0,
      periods: 1,
      description: `${run.path} threw or timed out; it runs every ${every.toHumanString()}, and after two retries its work waits for the next run.`,
    });
  }

  watchConsumer(consumer: ConfabFunction): void {
    this.#alarm(`${consumer.node.id}Errors`, {
      metric: consumer.metricErrors({ period: Duration.minutes(5) }),
      above: 0,
      periods: 1,
      description: `${consumer.path} threw or timed out, which returns whole batches to the queue.`,
    });
    this.#alarm(`${consumer.node.id}Throttles`, {
      metric: consumer.metricThrottles({ period: Duration.minutes(5) }),
      above: 0,
      periods: 1,
      description: `${consumer.path} was throttled: the account's concurrent executions are used up.`,
    });
  }

  /**
   * What all SMS of the account have cost since the month began; SNS itself stops at the account's own limit.
   * https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
   */
  watchSmsSpending(monthlyBudgetUsd: number): void {
    this.#alarm('SmsSpending', {
      metric: new Metric({
        namespace: 'AWS/SNS',
        metricName: 'SMSMonthToDateSpentUSD',
        statistic: 'Maximum',
        period: Duration.hours(1),
      }),
      above: monthlyBudgetUsd,
      periods: 1,
      description: `The SMS of this month have cost more than ${monthlyBudgetUsd} USD: see who asks for codes, and for which countries.`,
    });
  }

  #watchParked(id: string, queue: Queue, description: string): void {
    this.#alarm(id, {
      metric: queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      above: 0,
      periods: 1,
      description,
    });
  }

  #alarm(id: string, { metric, above, periods, description }: Watch): void {
    new Alarm(this, id, {
      metric,
      alarmDescription: description,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: above,
      evaluationPeriods: periods,
      // A queue that nobody uses sends no metrics.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }

  /**
   * The TLS-only policy replaces the topic's default policy, and with that the permission that alarms rely on.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
   */
  #letCloudWatchPublish(): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}
