import { availableParallelism } from 'node:os';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Clock, EventSource, LambdaInvoker, StreamEventSource } from '../contracts.ts';
import { createFileCheckpointStore } from '../event-sources/checkpoint-store.ts';
import { openDynamoStream } from '../event-sources/dynamo-stream-reader.ts';
import type { EventSourceMapping } from '../event-sources/event-source-mapping.ts';
import { startSqsEventSource } from '../event-sources/sqs-event-source.ts';
import {
  type StreamEventSourceMapping,
  startStreamEventSource,
} from '../event-sources/stream-event-source.ts';
import type { Reporter } from '../logs/reporter.ts';
import type { Closers } from './closers.ts';
import type { Credentials } from './function-environment.ts';
import { account, type LocalServices } from './local-services.ts';

export interface EventSourceSurroundings {
  readonly lambda: LambdaInvoker;
  readonly services: LocalServices;
  readonly credentials: Credentials;
  readonly checkpointsDir: string;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** Starts every mapping; `closers` end them, which waits for the invocations in flight. */
export async function startEventSources(
  sources: readonly EventSource[],
  surroundings: EventSourceSurroundings,
  closers: Closers,
): Promise<void> {
  const { region, accountId } = account;
  const { lambda, services, reporter } = surroundings;
  const mappings: EventSourceMapping[] = [];
  closers.add(async () => {
    await Promise.all(mappings.map((mapping) => mapping.close()));
  });
  for (const source of sources) {
    if (source.kind === 'dynamodb-stream') {
      const stream = await startStream(source, surroundings);
      mappings.push(stream);
      await stream.ready;
      continue;
    }
    const mapping = startSqsEventSource(source, {
      queues: services.sqs.reader,
      lambda,
      region,
      // Each batch keeps a processor busy: more of them at once than there are cores make batches small, not fast.
      maxConcurrency: Math.max(2, availableParallelism()),
      queueArn: `arn:aws:sqs:${region}:${accountId}:${source.queueName}`,
      onBatch: reporter.batch,
      onProblem: (error) => reportProblem(reporter, source.queueName, error),
    });
    mappings.push(mapping);
  }
}

async function startStream(
  source: StreamEventSource,
  { lambda, services, credentials, checkpointsDir, clock, reporter }: EventSourceSurroundings,
): Promise<StreamEventSourceMapping> {
  const { region, accountId } = account;
  const { endpoint } = services.dynamoDb;
  const client = new DynamoDBStreamsClient({ region, endpoint, credentials });
  const { engine } = services.sqs;
  const destination = source.onFailureQueueName;
  return startStreamEventSource(source, {
    stream: await openDynamoStream({ client, tableName: source.tableName, region }),
    lambda,
    functionArn: `arn:aws:lambda:${region}:${accountId}:function:${source.functionName}`,
    checkpoints: createFileCheckpointStore(checkpointsDir),
    clock,
    onFailure: async (metadata) => {
      if (destination === undefined) return;
      engine.sendMessage(destination, { body: JSON.stringify(metadata) });
      await engine.synced();
    },
    onBatch: reporter.batch,
    onProblem: (error) => reportProblem(reporter, source.tableName, error),
  });
}

function reportProblem(reporter: Reporter, source: string, error: unknown): void {
  reporter.notice(`${source}: ${error instanceof Error ? `${error.name} ${error.message}` : String(error)}`);
}
