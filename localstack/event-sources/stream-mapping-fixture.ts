import { onTestFinished } from 'vitest';
import type { InvokeResult, StreamEventSource } from '../contracts.ts';
import type { DiscardedBatchMetadata } from './discarded-batch.ts';
import { aLambda, succeeded } from './event-source-fixture.ts';
import type { StreamEventSourceOptions } from './shard-reader.ts';
import { startStreamEventSource } from './stream-event-source.ts';
import { numbersOf, recordingCheckpoints, streamSource } from './stream-fixture.ts';
import type { StreamReader } from './stream-reader.ts';

/** A mapping on a stream in memory, ended with the test, and everything that it does. */
export function aMapping(
  stream: StreamReader,
  respond?: (numbers: number[]) => InvokeResult,
  overrides: Partial<StreamEventSource> = {},
  options: Partial<StreamEventSourceOptions> = {},
) {
  const { lambda, invocations } = aLambda(respond && ((event) => respond(numbersOf(event))));
  const checkpoints = recordingCheckpoints();
  const discarded: DiscardedBatchMetadata[] = [];
  const problems: unknown[] = [];
  const start = (startOptions: Partial<StreamEventSourceOptions> = {}) => {
    const mapping = startStreamEventSource(
      { ...streamSource, ...overrides },
      {
        stream,
        lambda,
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
        checkpoints,
        clock: { now: () => 60_000 },
        onFailure: (metadata) => void discarded.push(metadata),
        onProblem: (problem) => problems.push(problem),
        pollIntervalMs: 1,
        retryDelayMs: () => 0,
        ...options,
        ...startOptions,
      },
    );
    onTestFinished(async () => {
      for (const { answer } of invocations) answer(succeeded());
      await mapping.close();
    });
    return mapping;
  };
  const batches = (): number[][] => invocations.map(({ event }) => numbersOf(event));
  return { invocations, batches, checkpoints, discarded, problems, start };
}
