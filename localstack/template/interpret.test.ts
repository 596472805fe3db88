// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
import { describe, expect, it } from 'vitest';
import { interpret } from './interpret.ts';
import { aFunction, place, stack, webSocketApi } from './template-fixture.ts';

describe('interpret', () => {
  it('resolves references between stacks by their exports', () => {
    const data = stack(
      'data',
      { Files: { Type: 'AWS::S3::Bucket', Properties: {} } },
      { Outputs: { Name: { Value: { Ref: 'Files' }, Export: { Name: 'data:files' } } } },
    );
    const api = stack('api', { Fn: aFunction('/code/f', { BUCKET: { 'Fn::ImportValue': 'data:files' } }) });
    const plan = interpret([data, api], place);
    expect(plan.buckets).toEqual(['data-files']);
    expect(plan.functions[0]?.environment).toEqual({ BUCKET: 'data-files' });
    expect(plan.outputs).toEqual({ data: { Name: 'data-files' }, api: {} });
  });

  it('joins a WebSocket API with its routes, authorizer, integrations and stage', () => {
    const plan = interpret([stack('api', webSocketApi)], place);
    expect(plan.webSocketApi).toEqual({
      apiId: expect.stringMatching(/^[a-z0-9]{10}$/),
      stageName: 'v1',
      routeSelectionExpression: '$request.body.action',
      throttle: { burst: 50, ratePerSecond: 20 },
      routes: [
        {
          routeKey: '$connect',
          functionName: 'ws-connect',
          integrationTimeoutMs: 29_000,
          authorizer: {
            functionName: 'ws-authorize',
            identitySources: ['route.request.querystring.ticket'],
          },
        },
      ],
    });
    expect(plan.functions.map(({ codeDir, environment }) => ({ codeDir, environment }))).toEqual([
      { codeDir: '/ws-connect', environment: { URL: 'ws://127.0.0.1:8787/v1' } },
      { codeDir: '/code/ws-authorize', environment: {} },
    ]);
  });

  it('names a function by its bundle, and two of one bundle apart', () => {
    const plan = interpret([stack('s', { One: aFunction('/code/f'), Two: aFunction('/code/f') })], place);
    expect(plan.functions.map(({ name }) => name)).toEqual(['f', 's-Two']);
  });

  it('reads queues with their redrive policy and the mapping that feeds a function from them', () => {
    const plan = interpret(
      [
        stack('m', {
          Fn: aFunction('/code/process'),
          Queue: {
            Type: 'AWS::SQS::Queue',
            Properties: {
              FifoQueue: true,
              DeduplicationScope: 'messageGroup',
              VisibilityTimeout: 60,
              RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 },
            },
          },
          Dead: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
          Mapping: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: {
              EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
              FunctionName: { Ref: 'Fn' },
              FunctionResponseTypes: ['ReportBatchItemFailures'],
            },
          },
        }),
      ],
      place,
    );
    expect(plan.queues.find(({ name }) => name === 'm-Queue.fifo')).toEqual({
      name: 'm-Queue.fifo',
      fifo: true,
      contentBasedDeduplication: false,
      deduplicationScope: 'messageGroup',
      visibilityTimeoutSeconds: 60,
      messageRetentionSeconds: 345_600,
      delaySeconds: 0,
      maximumMessageBytes: 1_048_576,
      redrive: { deadLetterQueueName: 'm-Dead.fifo', maxReceiveCount: 5 },
    });
    expect(plan.eventSources).toEqual([
      {
        kind: 'sqs',
        functionName: 'process',
        queueName: 'm-Queue.fifo',
        batchSize: 10,
        reportBatchItemFailures: true,
        maximumConcurrency: undefined,
      },
    ]);
  });

  it('reads a standard queue with a mapping that limits its concurrency', () => {
    const plan = interpret(
      [
        stack('m', {
          Fn: aFunction('/code/process'),
          Queue: { Type: 'AWS::SQS::Queue', Properties: { SqsManagedSseEnabled: true } },
          Mapping: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: {
              EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
              FunctionName: { Ref: 'Fn' },
              BatchSize: 5,
              ScalingConfig: { MaximumConcurrency: 20 },
            },
          },
        }),
      ],
      place,
    );
    expect(plan.queues[0]).toMatchObject({ name: 'm-Queue', fifo: false });
    expect(plan.eventSources[0]).toMatchObject({
      queueName: 'm-Queue',
      batchSize: 5,
      maximumConcurrency: 20,
    });
  });

  it('needs nothing for the identities of SES, and names them to who refers to them', () => {
    const plan = interpret(
      [
        stack('mail', {
          Fn: aFunction('/code/send', { SET: { Ref: 'Set' } }),
          Set: { Type: 'AWS::SES::ConfigurationSet', Properties: { Name: 'confab' } },
          Identity: { Type: 'AWS::SES::EmailIdentity', Properties: { EmailIdentity: 'example.com' } },
        }),
      ],
      place,
    );
    expect(plan.functions[0]?.environment).toEqual({ SET: 'mail-Set' });
  });

  it("maps a table's stream to a function with its on-failure queue", () => {
    const plan = interpret(
      [
        stack('s', {
          Fn: aFunction('/code/notify'),
          Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
          Table: {
            Type: 'AWS::DynamoDB::Table',
            Properties: {
              AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
              KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
              StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
              TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
              BillingMode: 'PAY_PER_REQUEST',
            },
          },
          Mapping: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: {
              EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
              FunctionName: { 'Fn::GetAtt': ['Fn', 'Arn'] },
              StartingPosition: 'TRIM_HORIZON',
              BisectBatchOnFunctionError: true,
              MaximumRetryAttempts: 3,
              DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
            },
          },
        }),
      ],
      place,
    );
    expect(plan.tables[0]).toMatchObject({ name: 's-Table', timeToLiveAttribute: 'expires_at' });
    expect(plan.eventSources[0]).toMatchObject({
      kind: 'dynamodb-stream',
      tableName: 's-Table',
      functionName: 'notify',
      batchSize: 100,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 3,
      onFailureQueueName: 's-Dead',
    });
  });

  it('gives paths the headers of their CloudFront behaviour, without HSTS', () => {
    const policy = (value: string) => ({
      Type: 'AWS::CloudFront::ResponseHeadersPolicy',
      Properties: {
        ResponseHeadersPolicyConfig: {
          Name: 'p',
          CustomHeadersConfig: { Items: [{ Header: 'Cache-Control', Override: true, Value: value }] },
          SecurityHeadersConfig: {
            ContentTypeOptions: { Override: true },
            StrictTransportSecurity: { AccessControlMaxAgeSec: 1, Override: true },
          },
        },
      },
    });
    const site = stack('web', {
      Page: policy('no-cache'),
      Hashed: policy('immutable'),
      Distribution: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            DefaultCacheBehavior: { ResponseHeadersPolicyId: { Ref: 'Page' } },
            CacheBehaviors: [{ PathPattern: '/assets/*', ResponseHeadersPolicyId: { Ref: 'Hashed' } }],
          },
        },
      },
    });
    expect(interpret([site], place).siteBehaviors).toEqual([
      {
        pathPattern: '/assets/*',
        headers: { 'cache-control': 'immutable', 'x-content-type-options': 'nosniff' },
      },
      {
        pathPattern: undefined,
        headers: { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
      },
    ]);
  });

  it('leaves out resources whose condition is false', () => {
    const bucket = { Type: 'AWS::S3::Bucket', Condition: 'Never', Properties: {} };
    const conditions = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };
    expect(interpret([stack('s', { B: bucket }, conditions)], place).buckets).toEqual([]);
  });

  it('ignores permissions, whatever is in them', () => {
    const role = { Type: 'AWS::IAM::Role', Properties: { Odd: { 'Fn::Cidr': [] } } };
    const user = aFunction('/code/f', { ROLE: { 'Fn::GetAtt': ['R', 'Arn'] } });
    const plan = interpret([stack('s', { R: role, Fn: user })], place);
    expect(plan.functions[0]?.environment).toEqual({ ROLE: 's-R.Arn' });
  });

  it.each([
    [
      'an unknown type',
      { Q: { Type: 'AWS::Kinesis::Stream' } },
      's/Q (AWS::Kinesis::Stream): the embedded cloud does not know this type',
    ],
    [
      'a property that would be left out in silence',
      { Q: { Type: 'AWS::SQS::Queue', Properties: { Novelty: 1 } } },
      's/Q (AWS::SQS::Queue): the property Novelty is not supported on a laptop',
    ],
    [
      'a value of the wrong kind',
      { Q: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 'long' } } },
      's/Q (AWS::SQS::Queue): VisibilityTimeout:',
    ],
    [
      'a reference to nothing',
      { Fn: aFunction('/f', { X: { Ref: 'Nobody' } }) },
      's/Fn (AWS::Lambda::Function): There is no resource or parameter Nobody',
    ],
    [
      'an import that nobody exports',
      { Fn: aFunction('/f', { X: { 'Fn::ImportValue': 'nowhere' } }) },
      'No stack before this one exports nowhere',
    ],
    [
      'a circle',
      { A: aFunction('/a', { B: { Ref: 'B' } }), B: aFunction('/b', { A: { Ref: 'A' } }) },
      'A depends on itself',
    ],
  ])('stops at %s', (_what, resources, message) => {
    expect(() => interpret([stack('s', resources)], place)).toThrow(message);
  });
});
