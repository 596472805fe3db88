import type { CloudPlan } from '../template/cloud-plan.ts';
import type { Closers } from './closers.ts';

/** SNS and S3 in process with the topics and buckets of the plan; answers the address, or undefined without any. */
export async function startTopicsAndBuckets(
  { topics, buckets }: Pick<CloudPlan, 'topics' | 'buckets'>,
  dataDir: string,
  closers: Closers,
): Promise<string | undefined> {
  if (topics.length + buckets.length === 0) return undefined;
  const { startFauxqs } = await import('fauxqs');
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, dataDir });
  closers.add(() => server.stop());
  for (const topic of topics) server.createTopic(topic);
  for (const bucket of buckets) server.createBucket(bucket);
  return `http://127.0.0.1:${server.port}`;
}
