import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cloud, type Resource, synthesizeCloud } from './cloud.ts';

interface QueueProperties {
  readonly VisibilityTimeout?: number;
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
  readonly Dimensions: readonly { readonly Value: unknown }[];
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
    eventSources = cloud.resources('AWS::Lambda::EventSourceMapping');
    alarms = cloud.resources('AWS::CloudWatch::Alarm');
  });

  const deadLetterQueues = () =>
    new Set(
      queues.flatMap(({ properties: { RedrivePolicy } }) =>
        RedrivePolicy ? [cloud.readable(RedrivePolicy.deadLetterTargetArn)] : [],
      ),
    );

  it('gives every queue that is not one itself a dead-letter queue, after at least five receives', () => {
    const sources = queues.filter(({ name }) => !deadLetterQueues().has(name));
    expect(sources.map(({ name }) => name)).toEqual(['MessagesQueue']);
    for (const { properties } of sources) {
      expect(properties.RedrivePolicy?.maxReceiveCount).toBeGreaterThanOrEqual(5);
    }
  });

  it('watches every queue with an alarm that somebody hears', () => {
    for (const { name } of queues) {
      const watching = alarms.filter(({ properties }) =>
        properties.Dimensions.some(({ Value }) => cloud.readable(Value) === `${name}.QueueName`),
      );
      expect(watching, name).not.toHaveLength(0);
      for (const { properties } of watching) {
        expect(properties.AlarmActions?.map((action) => cloud.readable(action))).toEqual(['AlarmsTopic']);
      }
    }
  });

  it('goes off for parked messages, for waiting ones, and for a processor that fails or is throttled', () => {
    expect(alarms.map(({ properties }) => properties.MetricName).sort()).toEqual([
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesVisible',
      'Errors',
      'Throttles',
    ]);
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
    expect(eventSources).toHaveLength(1);
  });

  it('runs the FIFO queues at high throughput, which takes both settings', () => {
    for (const { properties } of queues) {
      expect(properties).toMatchObject({
        FifoQueue: true,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
    }
  });

  it('never takes two equal texts for one message', () => {
    for (const { properties } of queues) {
      expect(properties).toMatchObject({ ContentBasedDeduplication: false });
    }
  });

  it('keeps a message for fourteen days, encrypted, whatever happens to the stack', () => {
    for (const { properties, deletionPolicy, updateReplacePolicy } of queues) {
      expect(properties).toMatchObject({
        MessageRetentionPeriod: 14 * 24 * 3600,
        SqsManagedSseEnabled: true,
      });
      expect([deletionPolicy, updateReplacePolicy]).toEqual(['Retain', 'Retain']);
    }
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
});
