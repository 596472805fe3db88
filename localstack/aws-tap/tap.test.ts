import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { type AwsTap, startAwsTap } from './tap.ts';

/** Stands for a service: remembers what reached it, and answers what it is told. */
let reached: { target: string; body: string }[];
let answer: object;
let service: Server;
let tap: AwsTap;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

beforeEach(async () => {
  reached = [];
  answer = {};
  service = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      reached.push({ target: `${request.method} ${request.url}`, body });
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  tap = await startAwsTap({
    dynamodb: url,
    sqs: url,
    secretsmanager: url,
    sesv2: url,
    sns: url,
    'management-api': url,
  });
});
afterEach(async () => {
  await tap.close();
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
});

function dynamoDb(functionName: string, maxAttempts = 1): DynamoDBClient {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: functionName };
  return new DynamoDBClient({
    region: 'us-east-1',
    endpoint: tap.endpoint('dynamodb'),
    credentials,
    maxAttempts,
  });
}
const put = new PutItemCommand({ TableName: 'tab', Item: { pk: { S: 'x' } } });
const anError = { kind: 'error', status: 400, errorType: 'ProvisionedThroughputExceededException' } as const;

it('records who called what, how it ended and the capacity that it took', async () => {
  answer = { ConsumedCapacity: [{ CapacityUnits: 4 }, { CapacityUnits: 2 }] };
  const transaction = { Put: { TableName: 'tab', Item: { pk: { S: 'x' } } } };
  await dynamoDb('process-messages').send(new TransactWriteItemsCommand({ TransactItems: [transaction] }));
  expect(JSON.parse(reached[0]?.body ?? '')).toMatchObject({ ReturnConsumedCapacity: 'TOTAL' });
  expect(tap.records).toEqual([
    {
      functionName: 'process-messages',
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      status: 200,
      latencyMs: expect.any(Number),
      requestBytes: expect.any(Number),
      capacityUnits: 6,
      fault: undefined,
    },
  ]);
});

it('makes up no capacity when the database reports none', async () => {
  await dynamoDb('f').send(put);
  expect(tap.records[0]?.capacityUnits).toBeUndefined();
});

it('knows the calls of @connections by their method', async () => {
  const url = `${tap.endpoint('management-api')}/v1/@connections/abc%3D`;
  await fetch(url, { method: 'POST', body: 'hello', headers: { 'x-amz-security-token': 'f' } });
  expect(reached).toEqual([{ target: 'POST /v1/@connections/abc%3D', body: 'hello' }]);
  expect(tap.records[0]).toMatchObject({ operation: 'PostToConnection', functionName: 'f', status: 200 });
});

it('knows mail and SMS, and lets them fail in the words of their protocols', async () => {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'mailer' };
  const config = { region: 'us-east-1', credentials, maxAttempts: 1 };
  const ses = new SESv2Client({ ...config, endpoint: tap.endpoint('sesv2') });
  const sns = new SNSClient({ ...config, endpoint: tap.endpoint('sns') });
  const mail = new SendEmailCommand({ FromEmailAddress: 'a@example.com', Content: {} });
  answer = { MessageId: 'm1' };
  expect(await ses.send(mail)).toMatchObject({ MessageId: 'm1' });
  for (const [service, operation] of [
    ['sesv2', 'SendEmail'],
    ['sns', 'Publish'],
  ] as const) {
    const action = { kind: 'error', status: 400, errorType: 'ThrottledException' } as const;
    tap.faults.add({ service, operation, times: 1, action });
  }
  await expect(ses.send(mail)).rejects.toMatchObject({ name: 'ThrottledException' });
  const sms = new PublishCommand({ PhoneNumber: '+15555550100', Message: 'm' });
  await expect(sns.send(sms)).rejects.toMatchObject({ name: 'ThrottledException' });
  expect(reached.map(({ target }) => target)).toEqual(['POST /v2/email/outbound-emails']);
  expect(tap.records.map(({ operation, functionName }) => [functionName, operation])).toEqual([
    ['mailer', 'SendEmail'],
    ['mailer', 'SendEmail'],
    ['mailer', 'Publish'],
  ]);
});

it('lets only the calls fail that a rule names, and only so many', async () => {
  const rule = tap.faults.add({
    service: 'dynamodb',
    operation: 'PutItem',
    functionName: 'victim',
    times: 1,
    skip: 1,
    action: anError,
  });
  await dynamoDb('victim').send(put);
  await dynamoDb('other').send(put);
  await expect(dynamoDb('victim').send(put)).rejects.toMatchObject({ name: anError.errorType });
  await rule.spent;
  await dynamoDb('victim').send(put);
  expect(rule.hits).toBe(1);
  expect(reached).toHaveLength(3);
  expect(tap.records.map(({ fault }) => fault)).toEqual([undefined, undefined, 'error', undefined]);
});

it('breaks the connection after the call went through, so that the SDK tries again', async () => {
  tap.faults.add({
    service: 'dynamodb',
    operation: '*',
    times: 1,
    action: { kind: 'timeout-after-success' },
  });
  await dynamoDb('f', 2).send(put);
  expect(reached).toHaveLength(2);
  expect(tap.records.map(({ status }) => status)).toEqual([0, 200]);
});

it('kills the function after the call went through and before it hears of it', async () => {
  const killed: string[] = [];
  const kill = async (functionName: string) => {
    expect(reached).toHaveLength(1);
    killed.push(functionName);
  };
  tap.faults.add({
    service: 'dynamodb',
    operation: 'PutItem',
    times: 1,
    action: { kind: 'kill-function-after', kill },
  });
  await dynamoDb('victim').send(put);
  expect(killed).toEqual(['victim']);
});

it('delays a call', async () => {
  const action = { kind: 'delay', delayMs: 30 } as const;
  tap.faults.add({ service: 'dynamodb', operation: 'PutItem', times: 1, action });
  await dynamoDb('f').send(put);
  expect(tap.records[0]?.latencyMs).toBeGreaterThanOrEqual(29);
});

it('forgets rules and records when it is told to', async () => {
  tap.faults.add({ service: 'dynamodb', operation: '*', times: 1, action: anError });
  tap.faults.clear();
  await dynamoDb('f').send(put);
  expect(tap.records).toHaveLength(1);
  tap.clear();
  expect(tap.records).toHaveLength(0);
});

it('lets WebSocket clients through that were given its address', async () => {
  const echo = new WebSocketServer({ server: service });
  echo.on('connection', (socket) => socket.on('message', (data) => socket.send(data, { binary: false })));
  const socket = new WebSocket(`${tap.endpoint('management-api').replace('http', 'ws')}/v1?ticket=t`);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const heard = new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)));
  socket.send('hello');
  expect(await heard).toBe('hello');
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  socket.close();
  await closed;
});
