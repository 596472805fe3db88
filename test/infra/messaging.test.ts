import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cloud, type Resource, synthesizeCloud } from './cloud.ts';

interface QueueProperties {
  readonly FifoQueue?: boolean;
  readonly VisibilityTimeout?: number;
  readonly MessageRetentionPeriod: number;
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: unknown; readonly maxReceiveCount: number };
}
interface EventSourceProperties {
  readonly EventSourceArn: unknown;
  readonly FunctionName: unknown;
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: unknown;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly BatchSize: number;
}
interface AlarmProperties {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Value: unknown }[];
  readonly Threshold: number;
  readonly AlarmActions?: readonly unknown[];
}

describe('the messaging stack', () => {
  let cloud: Cloud;
  let queues: Resource<QueueProperties>[];
  let eventSources: Resource<EventSourceProperties>[];
  let alarms: Resource<AlarmProperties>[];

  beforeAll(() => {
    cloud = synthesizeCloud({ context: { alarmEmail: 'ops@example.com' } });
    queues = cloud.resources('AWS::SQS::Queue');
    // Those of streams have promises of their own: test/infra/stream-consumer.test.ts.
    eventSources = cloud
      .resources<EventSourceProperties>('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) =>
        queues.some(({ name }) => name === cloud.readable(properties.EventSourceArn)),
      );
    alarms = cloud.resources('AWS::CloudWatch::Alarm');
  });

  const deadLetterQueues = () =>
    new Set(
      queues.flatMap(({ properties: { RedrivePolicy } }) =>
        RedrivePolicy ? [cloud.readable(RedrivePolicy.deadLetterTargetArn)] : [],
      ),
    );

  it('gives every queue that is not one itself a dead-letter queue, after at least five receives', () => {
    const sources = queues.filter(({ name }) => !deadLetterQueues().has(name) && !name.endsWith('Discarded'));
    expect(sources.map(({ name }) => name)).toEqual([
      'MessagesQueue',
      'AccountEventsQueue',
      'WebhookDeliveriesQueue',
      'NoticesQueue',
      'PresenceChecksQueue',
    ]);
    expect(deadLetterQueues().size).toBe(5);
    for (const { properties } of sources) {
      expect(properties.RedrivePolicy?.maxReceiveCount).toBeGreaterThanOrEqual(5);
    }
  });

  it('watches every queue with an alarm that somebody hears', () => {
    for (const { name } of queues) {
      const watching = alarms.filter(({ properties }) =>
        properties.Dimensions?.some(({ Value }) => cloud.readable(Value) === `${name}.QueueName`),
      );
      expect(watching, name).not.toHaveLength(0);
      for (const { properties } of watching) {
        expect(properties.AlarmActions?.map((action) => cloud.readable(action))).toEqual(['AlarmsTopic']);
      }
    }
  });

  it('goes off for what is parked or waits, for a consumer that fails or is throttled, and for the price of SMS', () => {
    const watched = alarms.map(
      ({ properties: { MetricName, Dimensions = [] } }) =>
        `${MetricName} ${Dimensions.map(({ Value }) => cloud.readable(Value)).join()}`,
    );
    expect(watched.sort()).toEqual([
      'ApproximateAgeOfOldestMessage AccountEventsQueue.QueueName',
      'ApproximateAgeOfOldestMessage MessagesQueue.QueueName',
      'ApproximateAgeOfOldestMessage NoticesQueue.QueueName',
      'ApproximateAgeOfOldestMessage PresenceChecksQueue.QueueName',
      'ApproximateAgeOfOldestMessage WebhookDeliveriesQueue.QueueName',
      'ApproximateNumberOfMessagesVisible AccountEventsDeadLetters.QueueName',
      'ApproximateNumberOfMessagesVisible ConnectionsPresenceStreamDiscarded.QueueName',
      'ApproximateNumberOfMessagesVisible MessagesDeadLetters.QueueName',
      'ApproximateNumberOfMessagesVisible NoticesDeadLetters.QueueName',
      'ApproximateNumberOfMessagesVisible PresenceChecksDeadLetters.QueueName',
      'ApproximateNumberOfMessagesVisible WebhookDeliveriesDeadLetters.QueueName',
      'Errors ConnectionsConsumersCheckPresence',
      'Errors ConnectionsSchedulesSweepConnections',
      'Errors ConnectionsStreamsPresence',
      'Errors ConsumersDeliverWebhooks',
      'Errors ConsumersProcessAccountEvents',
      'Errors ConsumersProcessMessages',
      'Errors ConsumersPublishNotices',
      'IteratorAge ConnectionsStreamsPresence',
      'SMSMonthToDateSpentUSD ',
      'Throttles ConnectionsConsumersCheckPresence',
      'Throttles ConnectionsStreamsPresence',
      'Throttles ConsumersDeliverWebhooks',
      'Throttles ConsumersProcessAccountEvents',
      'Throttles ConsumersProcessMessages',
      'Throttles ConsumersPublishNotices',
    ]);
  });

  it('lets somebody hear of every alarm', () => {
    for (const { name, properties } of alarms) {
      expect(
        properties.AlarmActions?.map((action) => cloud.readable(action)),
        name,
      ).toEqual(['AlarmsTopic']);
    }
  });

  it('goes off when something has waited for two visibility timeouts', () => {
    for (const { properties } of alarms) {
      if (properties.MetricName !== 'ApproximateAgeOfOldestMessage') continue;
      const watched = properties.Dimensions?.map(({ Value }) => cloud.readable(Value));
      const queue = queues.find(({ name }) => watched?.includes(`${name}.QueueName`));
      expect(properties.Threshold).toBe(2 * (queue?.properties.VisibilityTimeout ?? Number.NaN));
    }
  });

  it('goes off at the first parked message', () => {
    cloud.template('messaging').hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 1,
    });
  });

  it('hides a message for at least six times as long as its consumer may run', () => {
    const functions = cloud.resources<{ Timeout: number }>('AWS::Lambda::Function');
    for (const { properties: source } of eventSources) {
      const queue = queues.find(({ name }) => name === cloud.readable(source.EventSourceArn));
      const consumer = functions.find(({ name }) => name === cloud.readable(source.FunctionName));
      expect(queue?.properties.VisibilityTimeout).toBeGreaterThanOrEqual(
        6 * (consumer?.properties.Timeout ?? Number.NaN),
      );
    }
    expect(eventSources).toHaveLength(5);
  });

  const fifoQueues = () => queues.filter(({ properties }) => properties.FifoQueue);

  it('keeps order where order was promised: messages wait in FIFO queues, account events do not', () => {
    expect(fifoQueues().map(({ name }) => name)).toEqual(['MessagesDeadLetters', 'MessagesQueue']);
  });

  it('runs the FIFO queues at high throughput, which takes both settings', () => {
    for (const { properties } of fifoQueues()) {
      expect(properties).toMatchObject({
        FifoQueue: true,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
    }
  });

  it('never takes two equal texts for one message', () => {
    for (const { properties } of fifoQueues()) {
      expect(properties).toMatchObject({ ContentBasedDeduplication: false });
    }
  });

  it('keeps every queue, encrypted, whatever happens to the stack', () => {
    for (const { properties, deletionPolicy, updateReplacePolicy } of queues) {
      expect(properties).toMatchObject({ SqsManagedSseEnabled: true });
      expect([deletionPolicy, updateReplacePolicy]).toEqual(['Retain', 'Retain']);
    }
  });

  it('keeps a message, and whatever was parked, for fourteen days', () => {
    const days = Object.fromEntries(
      queues.map(({ name, properties }) => [name, properties.MessageRetentionPeriod / (24 * 3600)]),
    );
    expect(days).toEqual({
      MessagesDeadLetters: 14,
      MessagesQueue: 14,
      AccountEventsDeadLetters: 14,
      // The clock of a standard queue goes on in its dead-letter queue, so that must keep things longer.
      AccountEventsQueue: 4,
      WebhookDeliveriesDeadLetters: 14,
      WebhookDeliveriesQueue: 4,
      NoticesDeadLetters: 14,
      NoticesQueue: 4,
      PresenceChecksDeadLetters: 14,
      PresenceChecksQueue: 4,
      ConnectionsPresenceStreamDiscarded: 14,
    });
  });

  it('refuses calls to any queue that do not come over TLS', () => {
    const policies = cloud.resources<{ Queues: unknown[]; PolicyDocument: unknown }>('AWS::SQS::QueuePolicy');
    const guarded = policies
      .filter(({ properties }) =>
        JSON.stringify(properties.PolicyDocument).includes(
          '"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"',
        ),
      )
      .flatMap(({ properties }) => properties.Queues.map((queue) => cloud.readable(queue)));
    expect(guarded.sort()).toEqual(queues.map(({ name }) => name).sort());
  });

  it('lets the processor report each failed message of a batch of ten', () => {
    for (const { properties } of eventSources) {
      expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(properties.BatchSize).toBe(10);
    }
  });

  it('filters no events, because a filtered message is a deleted one, and waits for no batch to fill', () => {
    for (const { properties } of eventSources) {
      expect(properties.FilterCriteria).toBeUndefined();
      expect(properties.MaximumBatchingWindowInSeconds).toBeUndefined();
    }
  });

  it('tells the processor on which receive a message is given up', () => {
    const processor = cloud
      .resources<{ Environment: { Variables: Record<string, unknown> } }>('AWS::Lambda::Function')
      .find(({ name }) => name === 'ConsumersProcessMessages');
    const maxReceiveCount = queues.find(({ name }) => name === 'MessagesQueue')?.properties.RedrivePolicy
      ?.maxReceiveCount;
    expect(processor?.properties.Environment.Variables.MAX_RECEIVE_COUNT).toBe(String(maxReceiveCount));
  });

  it('publishes alarms over TLS only, and lets the alarms of this account publish', () => {
    cloud.template('messaging').hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  it('mails the alarms to whom the context names', () => {
    cloud.template('messaging').hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  it('watches what the SMS of a month cost, for the budget that the context names', () => {
    const spending = alarms.find(({ properties }) => properties.MetricName === 'SMSMonthToDateSpentUSD');
    expect(spending?.properties).toMatchObject({ Namespace: 'AWS/SNS', Statistic: 'Maximum', Threshold: 20 });
    const thrifty = synthesizeCloud({ context: { smsMonthlyBudgetUsd: '2.5' } });
    thrifty.template('messaging').hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'SMSMonthToDateSpentUSD',
      Threshold: 2.5,
    });
  });
});
