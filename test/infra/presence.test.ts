import { beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { type Cloud, synthesizeCloud } from './cloud.ts';

interface EventSourceProperties {
  readonly EventSourceArn: unknown;
  readonly FunctionName: unknown;
  readonly FilterCriteria?: { readonly Filters: readonly { readonly Pattern: string }[] };
}
interface RuleProperties {
  readonly ScheduleExpression: string;
  readonly State: string;
  readonly Targets: readonly { readonly Arn: unknown }[];
}
interface FunctionProperties {
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

describe('presence', () => {
  let cloud: Cloud;
  beforeAll(() => {
    cloud = synthesizeCloud({ context: { reconnectAfterMinutes: '90' } });
  });

  it('follows the connections of people, and nothing else that changes beside them', () => {
    const sources = cloud
      .resources<EventSourceProperties>('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => cloud.readable(properties.EventSourceArn) === 'ConnectionsTable.StreamArn');
    expect(sources.map(({ properties }) => cloud.readable(properties.FunctionName))).toEqual([
      'ConnectionsStreamsPresence',
    ]);
    const [{ properties } = { properties: undefined }] = sources;
    expect(properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      MaximumBatchingWindowInSeconds: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(properties?.FilterCriteria?.Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
      { dynamodb: { Keys: { sk: { S: ['CONNECTIONS'] } } } },
    ]);
  });

  it('sweeps every minute, often enough for a connection to be warned in time', () => {
    const rules = cloud
      .resources<RuleProperties>('AWS::Events::Rule')
      .filter(({ properties }) =>
        properties.Targets.some(({ Arn }) => cloud.readable(Arn).endsWith('SchedulesSweepConnections')),
      );
    expect(rules.map(({ properties }) => properties)).toMatchObject([
      { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' },
    ]);
    expect(limits.silentConnectionSeconds).toBeGreaterThan(60);
  });

  it('tells the sweep when connections are to come back', () => {
    const sweeps = cloud
      .resources<FunctionProperties>('AWS::Lambda::Function')
      .filter(({ name }) => name.endsWith('SchedulesSweepConnections'));
    expect(sweeps.map(({ properties }) => properties.Environment.Variables.RECONNECT_AFTER_SECONDS)).toEqual([
      '5400',
    ]);
  });
});
