import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Alarms } from '../../infra/constructs/alarms.ts';
import { ConfabFunction } from '../../infra/constructs/confab-function.ts';
import { Scheduled } from '../../infra/constructs/scheduled.ts';

function synthesizeSchedule(every: Duration): Template {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Test');
  // Any entry point will do.
  const run = new ConfabFunction(stack, 'ws/disconnect', {
    code: () => Code.fromInline('export const handler = async () => {};'),
    environment: { CONNECTIONS_TABLE: 'Connections' },
    memoryMb: 512,
    timeout: Duration.seconds(10),
  });
  const scheduled = new Scheduled(stack, 'Sweeping', { every, run });
  new Alarms(stack, 'Alarms', { email: undefined }).watchSchedule(scheduled);
  return Template.fromStack(stack);
}

describe('a scheduled function', () => {
  let template: Template;
  let functionId: string | undefined;
  let ruleId: string | undefined;

  beforeAll(() => {
    template = synthesizeSchedule(Duration.minutes(5));
    [functionId] = Object.keys(template.findResources('AWS::Lambda::Function'));
    [ruleId] = Object.keys(template.findResources('AWS::Events::Rule'));
  });

  it('is the one target of a rule at its rate', () => {
    template.resourceCountIs('AWS::Events::Rule', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [functionId, 'Arn'] } }],
    });
  });

  it('lets this rule invoke it, and no other', () => {
    template.resourceCountIs('AWS::Lambda::Permission', 1);
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      FunctionName: { 'Fn::GetAtt': [functionId, 'Arn'] },
      SourceArn: { 'Fn::GetAtt': [ruleId, 'Arn'] },
    });
  });

  it('goes off when a run throws', () => {
    const topic = Object.keys(template.findResources('AWS::SNS::Topic'))[0];
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Threshold: 0,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId } }],
      AlarmActions: [{ Ref: topic }],
    });
  });

  it('speaks of one minute as EventBridge does, and knows nothing shorter', () => {
    synthesizeSchedule(Duration.minutes(1)).hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
    });
    expect(() => synthesizeSchedule(Duration.seconds(30))).toThrow(/minute/);
  });
});
