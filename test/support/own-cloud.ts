import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, inject, onTestFinished } from 'vitest';
import type { AwsTap } from '../../localstack/aws-tap/tap.ts';
import { type Cloud, startCloud } from '../../localstack/cloud.ts';
import type { GatewayLimits } from '../../localstack/gateway/runtime.ts';
import { type HttpClient, httpClient } from './client.ts';
import { waitFor } from './wait-for.ts';

/** A cloud of one file or one test, in its process and with all its hooks, to break as one likes. */
export interface OwnCloud extends Omit<Cloud, 'tap'> {
  readonly tap: AwsTap;
  readonly http: HttpClient;
  readonly messageQueue: string;
  readonly deadLetterQueue: string;
  /** On which receive the processor gives a message up. */
  readonly maxReceiveCount: number;
  /** Lets this much time pass for the queues: what is hidden for less shows again, what is remembered for less is not. */
  passTime(ms: number): void;
  /** Waits until a fault of this kind has befallen a call: the proof that it bites. */
  untilFault(kind: string): Promise<void>;
  untilQueueIsEmpty(): Promise<void>;
  /** From now on each $disconnect is lost with this probability; 0 ends that, and so does the end of the test. */
  dropDisconnects(probability: number, random?: () => number): void;
}

export interface OwnCloudOptions {
  readonly stateDir?: string;
  readonly port?: number;
  readonly gatewayLimits?: Partial<GatewayLimits>;
  /** After how long a connection is closed with 1001; two hours unless told. */
  readonly connectionMaxMs?: number;
}

/** Longer than a crash hides a message. */
export const afterCrashMs = 61_000;

export const processor = 'consumers-process-messages';

/** One for all tests of a file, with an empty state; faults end with the test that planned them. */
export function cloudOfThisFile(options: OwnCloudOptions = {}): () => OwnCloud {
  let running: OwnCloud | undefined;
  let folder: string | undefined;
  const cloud = () => {
    if (!running) throw new Error('the cloud runs while tests run');
    return running;
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'confab-test-'));
    running = await startOwnCloud({ stateDir: join(folder, 'state'), ...options });
  });
  afterEach(async () => {
    cloud().tap.faults.clear();
    cloud().dropDisconnects(options.gatewayLimits?.dropDisconnectRate ?? 0);
    await settle(cloud());
  });
  afterAll(async () => {
    await running?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });
  return cloud;
}

/** Starts one, which ends with the test. */
export async function ownCloud(options: OwnCloudOptions & { stateDir: string }): Promise<OwnCloud> {
  const cloud = await startOwnCloud(options);
  onTestFinished(() => cloud.close());
  return cloud;
}

async function startOwnCloud({
  connectionMaxMs,
  ...options
}: OwnCloudOptions & { stateDir: string }): Promise<OwnCloud> {
  let passedMs = 0;
  const cloud = await startCloud({
    ...options,
    gatewayLimits: { ...limitsFor(connectionMaxMs), ...options.gatewayLimits },
    assemblyDir: inject('assemblyDir'),
    tap: true,
    quiet: true,
    clocks: { queues: { now: () => Date.now() + passedMs } },
  });
  const { tap } = cloud;
  const main = cloud.plan.queues.find(({ fifo, redrive }) => fifo && redrive);
  if (!tap || !main?.redrive) throw new Error('the cloud has no tap, or no message queue');
  return {
    ...cloud,
    tap,
    http: httpClient(cloud.url),
    messageQueue: main.name,
    deadLetterQueue: main.redrive.deadLetterQueueName,
    maxReceiveCount: main.redrive.maxReceiveCount,
    dropDisconnects: cloud.gateway.dropDisconnects,
    passTime(ms) {
      passedMs += ms;
      cloud.sqs.engine.tick();
    },
    async untilFault(kind) {
      await waitFor(`a fault "${kind}"`, () => tap.records.some(({ fault }) => fault === kind));
    },
    async untilQueueIsEmpty() {
      await waitFor('an empty queue', () => messagesIn(cloud, main.name) === 0);
    },
  };
}

/** What a crash left hidden shows again and is worked off, so that the next test begins with empty queues. */
async function settle(cloud: OwnCloud): Promise<void> {
  const timer = setInterval(() => cloud.passTime(afterCrashMs), 3_000);
  await cloud.untilQueueIsEmpty().finally(() => clearInterval(timer));
}

/** Old connections are looked for often enough that the limit means what it says. */
function limitsFor(connectionMaxMs: number | undefined): Partial<GatewayLimits> {
  if (connectionMaxMs === undefined) return {};
  return {
    connectionMaxAgeMs: connectionMaxMs,
    sweepIntervalMs: Math.max(5, Math.min(1_000, connectionMaxMs / 10)),
  };
}

/** How many messages the queue holds, visible or not. */
export function messagesIn({ sqs }: Pick<Cloud, 'sqs'>, queueName: string): number {
  const attributes = sqs.engine.queueAttributes(queueName);
  return (
    Number(attributes.ApproximateNumberOfMessages) + Number(attributes.ApproximateNumberOfMessagesNotVisible)
  );
}
