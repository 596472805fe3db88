import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { logFileOf } from './cloud/state-folder.ts';
import { type Cloud, startCloud } from './cloud.ts';

/** Writes each event to the file OUT; fails alone for a record whose key says so, and as a whole for a poisonous one. */
const handler = `
  import { appendFileSync } from 'node:fs';
  export async function handler(event) {
    appendFileSync(process.env.OUT, JSON.stringify(event) + '\\n');
    const records = event.Records ?? [];
    const keyOf = (record) => record.dynamodb.Keys.pk.S;
    if (records.some((record) => keyOf(record).includes('poison'))) throw new Error('poisoned');
    const failed = records.filter((record) => keyOf(record).includes('again') && !globalThis.seen);
    globalThis.seen ||= failed.length > 0;
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber })) };
  }`;

let root: string;
let codeDir: string;
const running: Cloud[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'streams-'));
  codeDir = join(root, 'code');
  for (const folder of ['assembly', 'code']) mkdirSync(join(root, folder));
  writeFileSync(join(codeDir, 'index.mjs'), handler);
});
afterEach(async () => {
  for (const cloud of running.splice(0)) await cloud.close();
  rmSync(root, { recursive: true });
});

const aFunction = (name: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Environment: { Variables: { OUT: join(root, name) } },
  },
  Metadata: { 'aws:asset:path': codeDir },
});

const aMapping = (fn: string, properties: object) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
    FunctionName: { Ref: fn },
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 0,
    MaximumRecordAgeInSeconds: 3_600,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
    ...properties,
  },
});

const users = { Pattern: JSON.stringify({ dynamodb: { Keys: { pk: { S: [{ prefix: 'USER#' }] } } } }) };
const removals = { Pattern: JSON.stringify({ eventName: ['REMOVE'] }) };

const resources = () => ({
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
  Presence: aFunction('streams-presence'),
  FromStart: aMapping('Presence', {
    StartingPosition: 'TRIM_HORIZON',
    MaximumBatchingWindowInSeconds: 1,
    FilterCriteria: { Filters: [users, removals] },
  }),
});

/** A second function that joins later, and a schedule. */
const more = () => ({
  Late: aFunction('streams-late'),
  FromNow: aMapping('Late', { StartingPosition: 'LATEST' }),
  SendDue: aFunction('schedules-send-due'),
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': ['SendDue', 'Arn'] }, Id: 'Target0' }],
    },
  },
  Allow: { Type: 'AWS::Lambda::Permission', Properties: { Action: 'lambda:InvokeFunction' } },
});

async function aCloud(Resources: object) {
  const artifact = {
    type: 'aws:cloudformation:stack',
    properties: { templateFile: 't.json', stackName: 's' },
  };
  const assemblyDir = join(root, 'assembly');
  writeFileSync(join(assemblyDir, 'manifest.json'), JSON.stringify({ artifacts: { S: artifact } }));
  writeFileSync(join(assemblyDir, 't.json'), JSON.stringify({ Resources }));
  const cloud = await startCloud({ stateDir: join(root, 'state'), assemblyDir, quiet: true });
  running.push(cloud);
  const database = new DynamoDBClient({
    endpoint: cloud.dynamoDb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  return {
    cloud,
    put: async (...keys: string[]) => {
      for (const pk of keys)
        await database.send(new PutItemCommand({ TableName: 's-Table', Item: { pk: { S: pk } } }));
    },
    remove: (pk: string) =>
      database.send(new DeleteItemCommand({ TableName: 's-Table', Key: { pk: { S: pk } } })),
    close: async () => {
      database.destroy();
      running.splice(running.indexOf(cloud), 1);
      await cloud.close();
    },
  };
}

interface SeenEvent {
  readonly Records?: readonly {
    readonly eventName: string;
    readonly dynamodb: { Keys: { pk: { S: string } } };
  }[];
}

const eventsOf = (functionName: string): SeenEvent[] => {
  const file = join(root, functionName);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SeenEvent);
};
const batchesOf = (functionName: string) =>
  eventsOf(functionName).map(({ Records = [] }) => Records.map(({ dynamodb }) => dynamodb.Keys.pk.S));
const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 20_000, interval: 20 });

it('feeds a function from a stream as its mapping says, and another from now on after a restart', async () => {
  const first = await aCloud(resources());
  await first.put('USER#1', 'CONV#1', 'USER#2', 'USER#again', 'USER#3');
  await first.remove('CONV#1');
  // What was reported as failed began a batch of its own again, and what came before it did not come again.
  const batchesWith = (key: string) =>
    batchesOf('streams-presence').filter((batch) => batch.includes(key)).length;
  await eventually(() => expect(batchesWith('USER#again')).toBe(2));
  await eventually(() => expect(batchesOf('streams-presence').at(-1)?.at(-1)).toBe('CONV#1'));
  expect(batchesWith('USER#2')).toBe(1);
  const seen = batchesOf('streams-presence');
  expect(new Set(seen.flat())).toEqual(new Set(['USER#1', 'USER#2', 'USER#again', 'USER#3', 'CONV#1']));

  const messages = () => first.cloud.sqs.engine.queueAttributes('s-Dead').ApproximateNumberOfMessages;
  expect(messages()).toBe('0');
  await first.put('USER#4', 'USER#poison', 'USER#5');
  await eventually(() => expect(messages()).toBe('1'));
  await eventually(() => expect(batchesOf('streams-presence').at(-1)).toEqual(['USER#5']));
  const [message] = await first.cloud.sqs.reader.receive('s-Dead', { max: 1, waitMs: 0 });
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
    DDBStreamBatchInfo: { batchSize: 1 },
  });
  await first.close();

  const calls = eventsOf('streams-presence').length;
  const second = await aCloud({ ...resources(), ...more() });
  await second.put('USER#6', 'CONV#2');
  await eventually(() => expect(batchesOf('streams-late').flat()).toEqual(['USER#6', 'CONV#2']));
  await eventually(() => expect(batchesOf('streams-presence').slice(calls)).toEqual([['USER#6']]));
}, 60_000);

it('runs a schedule when a test asks for it, and logs the invocation', async () => {
  const { cloud, close } = await aCloud({ ...resources(), ...more() });
  expect(await cloud.runSchedule('schedules/send-due')).toMatchObject({ ok: true });
  expect(eventsOf('schedules-send-due')).toEqual([
    expect.objectContaining({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/s-Rule'],
    }),
  ]);
  await expect(cloud.runSchedule('streams/late')).rejects.toThrow('No schedule runs streams/late');
  await close();
  expect(readFileSync(logFileOf(join(root, 'state')), 'utf8')).toContain('"function":"schedules-send-due"');
});
