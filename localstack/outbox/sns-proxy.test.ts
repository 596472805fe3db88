import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished } from 'vitest';
import { createClosers } from '../cloud/closers.ts';
import { startTopicsAndBuckets } from '../cloud/topics-and-buckets.ts';
import { createOutbox } from './outbox.ts';
import { startSnsProxy } from './sns-proxy.ts';

const region = 'us-east-1';
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const TopicArn = 'arn:aws:sns:us-east-1:000000000000:alarms';

/** The proxy in front of topics, or of nothing. */
async function started({ topics = [] as string[] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sns-'));
  const closers = createClosers();
  onTestFinished(async () => {
    await closers.close();
    rmSync(folder, { recursive: true });
  });
  const topicsEndpoint = await startTopicsAndBuckets(
    { topics, buckets: [] },
    join(folder, 'topics'),
    closers,
  );
  let made = 0;
  const outbox = createOutbox({
    file: join(folder, 'messages.jsonl'),
    now: Date.now,
    newId: () => `id-${++made}`,
  });
  const proxy = await startSnsProxy(outbox, topicsEndpoint);
  closers.add(() => proxy.close());
  const { endpoint } = proxy;
  const sns = new SNSClient({ region, endpoint, credentials, maxAttempts: 1 });
  return { endpoint, topicsEndpoint, outbox, sns };
}

const anSms = { PhoneNumber: '+15555550100', Message: 'Your code is 123456 & more + ä' };

it('keeps an SMS that the SDK publishes, and answers its MessageId', async () => {
  const { sns, outbox } = await started();
  const { MessageId } = await sns.send(
    new PublishCommand({
      ...anSms,
      MessageAttributes: {
        'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
        'AWS.SNS.SMS.SenderID': { DataType: 'String', StringValue: 'Confab' },
      },
    }),
  );
  expect(outbox.list({})).toEqual([
    {
      id: MessageId,
      channel: 'sms',
      to: '+15555550100',
      from: 'Confab',
      subject: '',
      text: 'Your code is 123456 & more + ä',
      html: '',
      sent_at: expect.any(String),
      code: '123456',
    },
  ]);
});

it.each<[string, Partial<PublishCommandInput>]>([
  ['a number without a plus', { PhoneNumber: '15555550100' }],
  ['a number with spaces', { PhoneNumber: '+1 555 555 0100' }],
  ['a number of 16 digits', { PhoneNumber: '+1234567890123456' }],
  ['a number that begins with 0', { PhoneNumber: '+0555550100' }],
  ['an empty number', { PhoneNumber: '' }],
  ['an empty message', { Message: '' }],
  ['a message of 1,601 characters', { Message: 'x'.repeat(1601) }],
  ['a number and a topic', { TopicArn }],
])('refuses %s with InvalidParameter, and keeps nothing', async (_what, overrides) => {
  const { sns, outbox } = await started();
  await expect(sns.send(new PublishCommand({ ...anSms, ...overrides }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    Error: { Code: 'InvalidParameter', Type: 'Sender' },
    $metadata: { httpStatusCode: 400 },
  });
  expect(outbox.list({})).toEqual([]);
});

it('passes topics on: what is published to one reaches its queue, and not the outbox', async () => {
  const { sns, outbox, topicsEndpoint = '' } = await started({ topics: ['alarms'] });
  const sqs = new SQSClient({ region, endpoint: topicsEndpoint, credentials });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'alarms' }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: 'arn:aws:sqs:us-east-1:000000000000:alarms',
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: 'ä & + 100 %' }));
  expect(MessageId).toMatch(/\w/);
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['ä & + 100 %']);
  expect(outbox.list({})).toEqual([]);
});

it('passes the errors of topics on', async () => {
  const { sns } = await started({ topics: ['alarms'] });
  const toNobody = new PublishCommand({ TopicArn: `${TopicArn}2`, Message: 'm' });
  await expect(sns.send(toNobody)).rejects.toMatchObject({ name: 'NotFoundException' });
});

it('has no topics when the plan has none', async () => {
  const { sns } = await started();
  await expect(sns.send(new ListTopicsCommand({}))).rejects.toMatchObject({ name: 'NotFoundException' });
});

it('does not answer a web page', async () => {
  const { endpoint, outbox } = await started();
  const body = new URLSearchParams({ Action: 'Publish', ...anSms });
  const headers = { origin: 'http://evil.example' };
  expect((await fetch(endpoint, { method: 'POST', body, headers })).status).toBe(403);
  expect(outbox.list({})).toEqual([]);
});
