// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InstanceRunningError } from './cloud/startup-error.ts';
import { logFileOf } from './cloud/state-folder.ts';
import { type Cloud, startCloud } from './cloud.ts';

/** One function behind `GET /where`, that tells what it was given. */
const handler = `
  export async function handler() {
    const { AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS, QUEUE_URL, TABLE } = process.env;
    console.log(JSON.stringify({ level: 'INFO', message: 'asked', client_msg_id: 'm1' }));
    return { region: AWS_REGION, dynamoDb: AWS_ENDPOINT_URL_DYNAMODB, sqs: AWS_ENDPOINT_URL_SQS, queue: QUEUE_URL, table: TABLE };
  }`;

const template = (codeDir: string) => ({
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /where',
        Target: { 'Fn::Sub': 'integrations/${Integration}' },
      },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['Where', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Where: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Environment: { Variables: { QUEUE_URL: { Ref: 'Queue' }, TABLE: { Ref: 'Table' } } },
      },
      Metadata: { 'aws:asset:path': codeDir },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      },
    },
  },
});

let root: string;
let stateDir: string;
let assemblyDir: string;
const running: Cloud[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cloud-'));
  stateDir = join(root, 'state');
  assemblyDir = join(root, 'assembly');
  const codeDir = join(root, 'where');
  for (const folder of [assemblyDir, codeDir]) mkdirSync(folder);
  writeFileSync(join(codeDir, 'index.mjs'), handler);
  const artifact = {
    type: 'aws:cloudformation:stack',
    properties: { templateFile: 't.json', stackName: 'tiny' },
  };
  writeFileSync(join(assemblyDir, 'manifest.json'), JSON.stringify({ artifacts: { Tiny: artifact } }));
  writeFileSync(join(assemblyDir, 't.json'), JSON.stringify(template(codeDir)));
});
afterEach(async () => {
  for (const cloud of running.splice(0)) await cloud.close();
  rmSync(root, { recursive: true });
});

async function aCloud(options: { tap?: boolean } = {}): Promise<Cloud> {
  const cloud = await startCloud({ stateDir, assemblyDir, quiet: true, ...options });
  running.push(cloud);
  return cloud;
}
const ask = async (cloud: Cloud) =>
  (await (await fetch(`${cloud.url}/where`)).json()) as Record<string, string>;

it('runs what a template describes, says so in its log, and leaves the state to the next', async () => {
  const cloud = await aCloud();
  expect(await ask(cloud)).toEqual({
    region: 'us-east-1',
    dynamoDb: cloud.dynamoDb.endpoint,
    sqs: cloud.sqs.endpoint,
    queue: cloud.sqs.queueUrl('tiny-Queue.fifo'),
    table: 'tiny-Table',
  });
  await expect(startCloud({ stateDir, assemblyDir, quiet: true })).rejects.toThrow(InstanceRunningError);
  await cloud.close();
  const lines = readFileSync(logFileOf(stateDir), 'utf8').trim().split('\n');
  const kinds = lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds).toEqual(['function', 'invocation', 'access']);
  await expect(fetch(`${cloud.url}/where`)).rejects.toThrow();

  const next = await aCloud();
  expect(await ask(next)).toMatchObject({ table: 'tiny-Table' });
});

it('gives functions the addresses of the tap when there is one', async () => {
  const cloud = await aCloud({ tap: true });
  const { tap } = cloud;
  expect(await ask(cloud)).toMatchObject({
    dynamoDb: tap?.endpoint('dynamodb'),
    sqs: tap?.endpoint('sqs'),
    queue: `${tap?.endpoint('sqs')}/000000000000/tiny-Queue.fifo`,
  });
});

it('lets go of everything when the templates ask for what it does not have', async () => {
  const unknown = { Resources: { Stream: { Type: 'AWS::Kinesis::Stream' } } };
  writeFileSync(join(assemblyDir, 't.json'), JSON.stringify(unknown));
  await expect(aCloud()).rejects.toThrow('tiny/Stream (AWS::Kinesis::Stream)');
  await expect(aCloud()).rejects.toThrow('tiny/Stream (AWS::Kinesis::Stream)');
});
