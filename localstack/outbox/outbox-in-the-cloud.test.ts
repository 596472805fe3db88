import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../../test/support/wait-for.ts';
import { stateEntries } from '../cloud/state-folder.ts';
import { type Cloud, startCloud } from '../cloud.ts';
import type { OutboxMessage } from './outbox-message.ts';

const sdk = (name: string) => JSON.stringify(import.meta.resolve(`@aws-sdk/client-${name}`));

/** Mails `to`, or texts `phone`, with clients that are given nothing. */
const sender = `
  import { SESv2Client, SendEmailCommand } from ${sdk('sesv2')};
  import { SNSClient, PublishCommand } from ${sdk('sns')};
  export async function handler({ to, phone, text }) {
    const content = { Simple: { Subject: { Data: 'Code' }, Body: { Text: { Data: text } } } };
    const mail = { FromEmailAddress: 'no-reply@example.com', Destination: { ToAddresses: [to] }, Content: content };
    if (phone) return new SNSClient().send(new PublishCommand({ PhoneNumber: phone, Message: text }));
    return new SESv2Client().send(new SendEmailCommand(mail));
  }`;

/** Mails every body of its batch but those that say "bad", which it reports. */
const consumer = `
  import { SESv2Client, SendEmailCommand } from ${sdk('sesv2')};
  export async function handler({ Records }) {
    for (const { body } of Records) {
      if (body === 'bad') continue;
      const content = { Simple: { Subject: { Data: 'Queued' }, Body: { Text: { Data: body } } } };
      await new SESv2Client().send(new SendEmailCommand({
        FromEmailAddress: 'no-reply@example.com', Destination: { ToAddresses: ['queue@example.com'] }, Content: content,
      }));
    }
    const bad = Records.filter(({ body }) => body === 'bad');
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }`;

const aFunction = (codeDir: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 10 },
  Metadata: { 'aws:asset:path': codeDir },
});

const template = (senderDir: string, consumerDir: string) => ({
  Resources: {
    Identity: { Type: 'AWS::SES::EmailIdentity', Properties: { EmailIdentity: 'example.com' } },
    Sender: aFunction(senderDir),
    Consumer: aFunction(consumerDir),
    Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 60,
        SqsManagedSseEnabled: true,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FunctionName: { Ref: 'Consumer' },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    },
  },
});

let root: string;
let passedMs: number;
const running: Cloud[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outbox-cloud-'));
  passedMs = 0;
  const write = (file: string, content: string) => writeFileSync(join(root, file), content);
  for (const [name, code] of Object.entries({ assembly: '', sender, consumer })) {
    mkdirSync(join(root, name));
    if (code !== '') write(`${name}/index.mjs`, code);
  }
  const artifact = {
    type: 'aws:cloudformation:stack',
    properties: { templateFile: 't.json', stackName: 'tiny' },
  };
  write('assembly/manifest.json', JSON.stringify({ artifacts: { Tiny: artifact } }));
  write('assembly/t.json', JSON.stringify(template(join(root, 'sender'), join(root, 'consumer'))));
});
afterEach(async () => {
  for (const cloud of running.splice(0)) await cloud.close();
  rmSync(root, { recursive: true });
});

async function aCloud(options: { tap?: boolean } = {}): Promise<Cloud> {
  const cloud = await startCloud({
    stateDir: join(root, 'state'),
    assemblyDir: join(root, 'assembly'),
    quiet: true,
    clocks: { queues: { now: () => Date.now() + passedMs } },
    ...options,
  });
  running.push(cloud);
  return cloud;
}

async function mailOf({ outboxUrl }: Cloud, query: string): Promise<OutboxMessage[]> {
  const response = await fetch(`${outboxUrl}/messages?${query}`);
  return ((await response.json()) as { messages: OutboxMessage[] }).messages;
}

it('shows the mail and SMS of functions, and still has them after a restart', async () => {
  const cloud = await aCloud();
  expect(cloud.outboxUrl).toBe(`${cloud.url}/_outbox`);
  const waiting = mailOf(cloud, 'to=ada@example.com&wait=20');
  const text = 'Your code is 123456.';
  const sent = await cloud.lambda.invoke('sender', { to: 'ada@example.com', text });
  const [mail] = await waiting;
  expect(sent).toMatchObject({ ok: true, payload: { MessageId: mail?.id } });
  await cloud.lambda.invoke('sender', { phone: '+15555550100', text: '654321' });
  const codes = (await mailOf(cloud, '')).map(({ channel, code }) => [channel, code]);
  expect(codes).toEqual([
    ['email', '123456'],
    ['sms', '654321'],
  ]);
  await cloud.close();
  const left = readdirSync(join(root, 'state')).filter((name) => name !== 'instance.lock');
  expect(left).toContain('outbox');
  // What is not named there outlasts `npm run reset`.
  expect(stateEntries).toEqual(expect.arrayContaining(left));
  const next = await aCloud();
  expect(await mailOf(next, `after=${mail?.id}`)).toMatchObject([{ to: '+15555550100' }]);
});

it('answers who waits for mail when it closes, and does not wait for them', async () => {
  const cloud = await aCloud();
  const outgoing = request(`${cloud.outboxUrl}/messages?wait=20`, { headers: { expect: '100-continue' } });
  const answer = new Promise((resolve, reject) => {
    outgoing.on('response', (response) => resolve(json(response))).on('error', reject);
  });
  outgoing.end();
  // The server says so when it has the request, so that it is certainly one of those that wait.
  await once(outgoing, 'continue');
  await cloud.close();
  expect(await answer).toEqual({ messages: [] });
});

it('lets mail fail by the tap', async () => {
  const cloud = await aCloud({ tap: true });
  const action = { kind: 'error', status: 400, errorType: 'MessageRejected' } as const;
  cloud.tap?.faults.add({ service: 'sesv2', operation: 'SendEmail', times: 1, action });
  const to = 'ada@example.com';
  const send = (text: string) => cloud.lambda.invoke('sender', { to, text });
  expect(await send('first')).toMatchObject({ ok: false, errorType: 'MessageRejected' });
  expect(await send('second')).toMatchObject({ ok: true });
  expect((await mailOf(cloud, '')).map(({ text }) => text)).toEqual(['second']);
});

it('redrives what a function reports of a standard queue, and only that', async () => {
  const cloud = await aCloud();
  const { engine, reader } = cloud.sqs;
  const messagesIn = (queueName: string) => {
    const counts = engine.queueAttributes(queueName);
    return Number(counts.ApproximateNumberOfMessages) + Number(counts.ApproximateNumberOfMessagesNotVisible);
  };
  for (const body of ['good', 'bad', 'better']) engine.sendMessage('tiny-Queue', { body });
  await waitFor('the good ones to be done', () => messagesIn('tiny-Queue') === 1);
  await waitFor('the bad one to be given up', () => {
    passedMs += 61_000;
    engine.tick();
    return messagesIn('tiny-Dead') === 1;
  });
  const letters = await reader.receive('tiny-Dead', { max: 10, waitMs: 0 });
  expect(letters.map(({ body }) => body)).toEqual(['bad']);
  expect(messagesIn('tiny-Queue')).toBe(0);
  const mails = await mailOf(cloud, 'to=queue@example.com');
  expect(mails.map(({ text }) => text).sort()).toEqual(['better', 'good']);
});
