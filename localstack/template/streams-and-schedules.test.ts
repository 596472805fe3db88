import { describe, expect, it } from 'vitest';
import { interpret } from './interpret.ts';
import { aFunction, place, stack } from './template-fixture.ts';

const pattern = { dynamodb: { Keys: { pk: { S: [{ prefix: 'USER#' }] } } } };

function mappingOf(properties: object) {
  const resources = {
    Fn: aFunction('/code/notify'),
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
        FunctionName: { Ref: 'Fn' },
        StartingPosition: 'LATEST',
        ...properties,
      },
    },
  };
  return interpret([stack('s', resources)], place).eventSources[0];
}

describe('the mapping of a stream', () => {
  it('is read with its filters, its window and its limits', () => {
    const mapping = mappingOf({
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] },
      MaximumBatchingWindowInSeconds: 5,
      MaximumRecordAgeInSeconds: 3_600,
      BatchSize: 25,
    });
    expect(mapping).toMatchObject({
      filters: [{ dynamodb: { Keys: { pk: { S: [{ kind: 'prefix', prefix: 'USER#' }] } } } }],
      maximumBatchingWindowMs: 5_000,
      maximumRecordAgeMs: 3_600_000,
      startingPosition: 'LATEST',
      batchSize: 25,
    });
  });

  it('has no limits of its own unless it says so', () => {
    const unlimited = { filters: [], maximumBatchingWindowMs: 0, maximumRecordAgeMs: undefined };
    expect(mappingOf({})).toMatchObject(unlimited);
    expect(mappingOf({ MaximumRecordAgeInSeconds: -1 })).toMatchObject(unlimited);
  });

  it.each([
    [
      { FilterCriteria: { Filters: [{ Pattern: '{"eventName":[{"suffix":"Y"}]}' }] } },
      's/Mapping (AWS::Lambda::EventSourceMapping): the filter pattern {"eventName":[{"suffix":"Y"}]} has a rule that is not supported on a laptop at eventName: {"suffix":"Y"}',
    ],
    [
      {
        FilterCriteria: { Filters: Array.from({ length: 6 }, () => ({ Pattern: JSON.stringify(pattern) })) },
      },
      'there are 6 filters, and 5 is the limit',
    ],
    [
      { MaximumRecordAgeInSeconds: 59 },
      'MaximumRecordAgeInSeconds is 59; it must be -1, or from 60 to 604800',
    ],
    [
      { MaximumBatchingWindowInSeconds: 301 },
      'MaximumBatchingWindowInSeconds is 301; it must be 300 at most',
    ],
    [{ TumblingWindowInSeconds: 1 }, 'the property TumblingWindowInSeconds is not supported on a laptop'],
    [
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sns:us-east-1:1:topic' } } },
      'the on-failure destination arn:aws:sns:us-east-1:1:topic is no queue',
    ],
    [
      {
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FilterCriteria: { Filters: [{ Pattern: '{"body":["x"]}' }] },
      },
      'FilterCriteria are not supported for a queue on a laptop',
    ],
  ])('cannot have %j', (properties, message) => {
    expect(() => mappingOf(properties)).toThrow(message);
  });
});

function schedulesOf(properties: object) {
  const resources = {
    Fn: aFunction('/code/schedules-send-due'),
    Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
    Rule: { Type: 'AWS::Events::Rule', Properties: properties },
    Allow: { Type: 'AWS::Lambda::Permission', Properties: { SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] } } },
  };
  return interpret([stack('s', resources)], place).schedules;
}

describe('a rule with a rate', () => {
  const Targets = [{ Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, Id: 'Target0' }];

  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(15 minutes)', 15 * 60_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(12 hours)', 12 * 3_600_000],
    ['rate(1 day)', 24 * 3_600_000],
    ['rate(7 days)', 7 * 24 * 3_600_000],
  ])('%s becomes a schedule of its function', (ScheduleExpression, everyMs) => {
    expect(schedulesOf({ ScheduleExpression, State: 'ENABLED', Targets })).toEqual([
      {
        ruleName: 's-Rule',
        ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/s-Rule',
        everyMs,
        targets: [{ functionName: 'schedules-send-due', input: undefined }],
      },
    ]);
  });

  it('gives its target what the rule says instead of the event', () => {
    const [schedule] = schedulesOf({
      ScheduleExpression: 'rate(1 hour)',
      Targets: [{ ...Targets[0], Input: '{"only":"this"}', RetryPolicy: { MaximumRetryAttempts: 2 } }],
    });
    expect(schedule?.targets[0]?.input).toEqual({ only: 'this' });
  });

  it('runs nothing while it is disabled', () => {
    expect(schedulesOf({ ScheduleExpression: 'rate(1 hour)', State: 'DISABLED', Targets })).toEqual([]);
  });

  it.each([
    [
      'a cron expression',
      { ScheduleExpression: 'cron(0 12 * * ? *)' },
      's/Rule (AWS::Events::Rule): the schedule cron(0 12 * * ? *) is not supported',
    ],
    [
      'a plural of one',
      { ScheduleExpression: 'rate(1 minutes)' },
      'the schedule rate(1 minutes) is not supported',
    ],
    [
      'a singular of five',
      { ScheduleExpression: 'rate(5 minute)' },
      'the schedule rate(5 minute) is not supported',
    ],
    [
      'a rate of nothing',
      { ScheduleExpression: 'rate(0 minutes)' },
      'the schedule rate(0 minutes) is not supported',
    ],
    [
      'an event pattern',
      { EventPattern: { source: ['x'] } },
      'the property EventPattern is not supported on a laptop',
    ],
    ['no schedule at all', {}, 'runs rules with a ScheduleExpression only'],
    ['another bus', { ScheduleExpression: 'rate(1 hour)', EventBusName: 'mine' }, 'EventBusName'],
    [
      'a target that is no function',
      { ScheduleExpression: 'rate(1 hour)', Targets: [{ Arn: { Ref: 'Topic' }, Id: 'T' }] },
      'only functions are supported',
    ],
    [
      'an input that it would have to make up',
      { ScheduleExpression: 'rate(1 hour)', Targets: [{ ...Targets[0], InputTransformer: {} }] },
      'InputTransformer',
    ],
    [
      'an input that is not JSON',
      { ScheduleExpression: 'rate(1 hour)', Targets: [{ ...Targets[0], Input: '{' }] },
      'the Input of the target Target0 is not JSON',
    ],
  ])('cannot have %s', (_what, properties, message) => {
    expect(() => schedulesOf({ Targets, ...properties })).toThrow(message);
  });
});
