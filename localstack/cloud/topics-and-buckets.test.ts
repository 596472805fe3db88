import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, it, onTestFinished } from 'vitest';
import { createClosers } from './closers.ts';
import { startTopicsAndBuckets } from './topics-and-buckets.ts';

const plan = { topics: ['alarms'], buckets: ['attachments'] };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'topics-and-buckets-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function started(dataDir: string) {
  const closers = createClosers();
  onTestFinished(() => closers.close());
  const endpoint = (await startTopicsAndBuckets(plan, dataDir, closers)) ?? '';
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return { closers, s3: new S3Client({ ...config, forcePathStyle: true }), sns: new SNSClient(config) };
}

it('serves the topics of the plan to the SDK', async () => {
  const { sns } = await started(folder());
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
  expect(Topics.map(({ TopicArn }) => TopicArn)).toEqual(['arn:aws:sns:us-east-1:000000000000:alarms']);
});

it('keeps what was put into a bucket over a restart', async () => {
  const dataDir = folder();
  const first = await started(dataDir);
  await first.s3.send(new PutObjectCommand({ Bucket: 'attachments', Key: 'a', Body: 'kept' }));
  await first.closers.close();

  const second = await started(dataDir);
  const { Body } = await second.s3.send(new GetObjectCommand({ Bucket: 'attachments', Key: 'a' }));
  expect(await Body?.transformToString()).toBe('kept');
});

it('starts nothing for a plan without any', async () => {
  expect(await startTopicsAndBuckets({ topics: [], buckets: [] }, folder(), createClosers())).toBeUndefined();
});
