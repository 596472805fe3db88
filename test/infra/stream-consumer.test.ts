import { Match, Template } from 'aws-cdk-lib/assertions';
import { Code, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { Alarms } from '../../infra/constructs/alarms.ts';
import { ConfabFunction } from '../../infra/constructs/confab-function.ts';
import { DomainTable } from '../../infra/constructs/domain-table.ts';
import { StreamConsumer, type StreamConsumerProps } from '../../infra/constructs/stream-consumer.ts';

const mapping = 'AWS::Lambda::EventSourceMapping';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function synthesizeConsumer(props: Partial<StreamConsumerProps> = {}, { stream = true } = {}): Template {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Test');
  const table = new DomainTable(stack, 'Things', { deletionProtection: false, stream });
  // Any entry point will do.
  const consumer = new ConfabFunction(stack, 'ws/disconnect', {
    code: () => Code.fromInline('export const handler = async () => {};'),
    environment: { CONNECTIONS_TABLE: table.tableName },
    memoryMb: 512,
    timeout: Duration.seconds(10),
  });
  const things = new StreamConsumer(stack, 'ThingStream', {
    table,
    consumer,
    startingPosition: StartingPosition.TRIM_HORIZON,
    givenUp: 'Things were given up.',
    ...props,
  });
  new Alarms(stack, 'Alarms', { email: undefined }).watchStream(things);
  return Template.fromStack(stack);
}

/** The logical id of the one resource of this type. */
function idOf(template: Template, type: string): string {
  const [id = '', ...others] = Object.keys(template.findResources(type));
  expect(others).toEqual([]);
  return id;
}

describe('a consumer of a stream', () => {
  it('reads the stream of its table, and halves what fails until one record stands alone', () => {
    const template = synthesizeConsumer();
    template.resourceCountIs(mapping, 1);
    template.hasResourceProperties(mapping, {
      EventSourceArn: { 'Fn::GetAtt': [idOf(template, 'AWS::DynamoDB::Table'), 'StreamArn'] },
      FunctionName: { Ref: idOf(template, 'AWS::Lambda::Function') },
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('gives up after a bounded number of retries, and while the stream still has the record', () => {
    const [properties] = Object.values(synthesizeConsumer().findResources(mapping)).map(
      (resource) => resource.Properties as Record<string, number>,
    );
    expect(properties?.MaximumRetryAttempts).toBeGreaterThan(0);
    expect(properties?.MaximumRecordAgeInSeconds).toBeGreaterThan(0);
    expect(properties?.MaximumRecordAgeInSeconds).toBeLessThanOrEqual(12 * 3600);
  });

  it('waits for no batch to fill and sees every change, unless told otherwise', () => {
    synthesizeConsumer().hasResourceProperties(mapping, {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: Match.absent(),
      FilterCriteria: Match.absent(),
    });
  });

  it('takes batches, retries, age, start and filters as its caller says', () => {
    const template = synthesizeConsumer({
      startingPosition: StartingPosition.LATEST,
      batchSize: 7,
      batchingWindow: Duration.seconds(2),
      retryAttempts: 3,
      maxRecordAge: Duration.minutes(15),
      filters: [{ eventName: ['REMOVE'] }, { dynamodb: { Keys: { sk: { S: [{ prefix: 'CONN#' }] } } } }],
    });
    template.hasResourceProperties(mapping, {
      StartingPosition: 'LATEST',
      BatchSize: 7,
      MaximumBatchingWindowInSeconds: 2,
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: 900,
      FilterCriteria: {
        Filters: [
          { Pattern: '{"eventName":["REMOVE"]}' },
          { Pattern: '{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"CONN#"}]}}}}' },
        ],
      },
    });
  });

  it('notes what was given up in a queue that stays, and that somebody watches', () => {
    const template = synthesizeConsumer();
    const queue = idOf(template, 'AWS::SQS::Queue');
    template.hasResourceProperties(mapping, {
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue, 'Arn'] } } },
    });
    template.hasResource('AWS::SQS::Queue', {
      Properties: {
        FifoQueue: Match.absent(),
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: 14 * 24 * 3600,
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      Threshold: 0,
      AlarmDescription: 'Things were given up.',
      AlarmActions: [{ Ref: idOf(template, 'AWS::SNS::Topic') }],
    });
  });

  it('goes off when it is minutes behind its table', () => {
    const template = synthesizeConsumer();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'IteratorAge',
      Statistic: 'Maximum',
      Threshold: 5 * 60 * 1000,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: idOf(template, 'AWS::Lambda::Function') } }],
      AlarmActions: [{ Ref: idOf(template, 'AWS::SNS::Topic') }],
    });
  });

  it('may read this one stream and write to this one queue, and nothing over all resources', () => {
    const template = synthesizeConsumer();
    const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) =>
        (Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument.Statement,
    );
    const own = statements
      .filter(({ Action }) => !String(Action).includes('logs:'))
      .map(({ Action, Resource }) => ({ actions: [Action].flat(), Resource }));
    expect(own).toHaveLength(2);
    expect(own).toContainEqual({
      actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
        (action) => `dynamodb:${action}`,
      ),
      Resource: { 'Fn::GetAtt': [idOf(template, 'AWS::DynamoDB::Table'), 'StreamArn'] },
    });
    expect(own).toContainEqual({
      actions: ['sqs:SendMessage'],
      Resource: { 'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue'), 'Arn'] },
    });
  });

  it('has its rights before Lambda checks them: the mapping comes after the function, that after its policy', () => {
    const template = synthesizeConsumer();
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(lambda?.DependsOn).toContain(idOf(template, 'AWS::IAM::Policy'));
  });

  it('says so when the table has no stream', () => {
    expect(() => synthesizeConsumer({}, { stream: false })).toThrow('Test/Things has no stream');
  });
});
