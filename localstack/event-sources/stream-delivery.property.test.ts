import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InvokeResult } from '../contracts.ts';
import { eventually, failed, reporting, succeeded } from './event-source-fixture.ts';
import { startStreamEventSource } from './stream-event-source.ts';
import { aShard, aStream, numbersOf, recordingCheckpoints, streamSource } from './stream-fixture.ts';

const scenario = fc.record({
  count: fc.integer({ min: 1, max: 25 }),
  batchSize: fc.integer({ min: 1, max: 8 }),
  reports: fc.boolean(),
  bisects: fc.boolean(),
  maximumRetryAttempts: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  /** What the first invocations do; after that only poison fails. A number reports that record of the batch. */
  script: fc.array(fc.oneof(fc.constantFrom('ok', 'error', 'malformed'), fc.nat({ max: 7 })), {
    maxLength: 25,
  }),
  poison: fc.uniqueArray(fc.nat({ max: 24 }), { maxLength: 3 }),
  /** Before which reads the network fails, and before which invocations the mapping is closed and started again. */
  failingReads: fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 5 }),
  restarts: fc.uniqueArray(fc.nat({ max: 20 }), { maxLength: 4 }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

it('delivers every record at least once and in order, and never moves a checkpoint back', async () => {
  await fc.assert(fc.asyncProperty(scenario, runScenario), { numRuns: 150 });
});

async function runScenario(given: Scenario): Promise<void> {
  // The numbers grow from one digit to two and three: comparing them as text would show.
  const numbers = Array.from({ length: given.count }, (_, index) => 5 + index * 6);
  const last = numbers.at(-1);
  const poison = new Set(
    given.maximumRetryAttempts === undefined ? [] : given.poison.map((index) => numbers[index]),
  );
  const script = [...given.script];
  const checkpoints = recordingCheckpoints();
  const done = new Set<number>();
  const violations: unknown[] = [];
  let reads = 0;
  let invocations = 0;
  let restart: (() => void) | undefined;

  const stream = aStream([aShard(numbers)], () => {
    reads += 1;
    if (given.failingReads.includes(reads)) throw new Error('connection reset');
  });

  const respond = (batch: number[]): InvokeResult => {
    const step = script.shift();
    if (step === 'error') return failed();
    if (step === 'malformed' && given.reports) return reporting(null);
    const culprit = typeof step === 'number' ? batch[step] : batch.find((number) => poison.has(number));
    if (culprit === undefined) return succeeded();
    // All of them from the culprit on, the lowest last: the order of a report means nothing.
    const reported = batch.filter((number) => number >= culprit).map(String);
    return given.reports ? reporting(...reported.reverse()) : failed();
  };

  const invoke = async (_functionName: string, event: unknown): Promise<InvokeResult> => {
    const batch = numbersOf(event);
    if (given.restarts.includes(invocations++)) restart?.();
    // Nothing is skipped, nothing that is done with comes again, and the batch has no gap.
    const next = numbers.indexOf(checkpoints.puts.at(-1) ?? -1) + 1;
    const expected = numbers.slice(next, next + batch.length);
    if (String(batch) !== String(expected)) violations.push({ batch, expected });
    const result = respond(batch);
    const reported = result.ok ? lowestReported(result.payload) : batch[0];
    for (const number of batch) if (reported === undefined || number < reported) done.add(number);
    return result;
  };

  const start = () =>
    startStreamEventSource(
      {
        ...streamSource,
        batchSize: given.batchSize,
        reportBatchItemFailures: given.reports,
        bisectBatchOnFunctionError: given.bisects,
        maximumRetryAttempts: given.maximumRetryAttempts,
      },
      {
        stream,
        lambda: { invoke },
        functionArn: 'arn',
        checkpoints,
        clock: { now: () => 0 },
        onFailure: ({ DDBStreamBatchInfo: { startSequenceNumber, endSequenceNumber } }) => {
          for (const number of numbers)
            if (number >= Number(startSequenceNumber) && number <= Number(endSequenceNumber))
              done.add(number);
        },
        onProblem: (problem) => {
          if (!String(problem).includes('connection reset')) violations.push(problem);
        },
        pollIntervalMs: 1,
        retryDelayMs: () => 0,
      },
    );

  let mapping = start();
  let restarting = Promise.resolve();
  restart = () => {
    const closed = mapping.close();
    restarting = closed.then(() => {
      mapping = start();
    });
  };
  try {
    await eventually(() => expect(violations.length > 0 || checkpoints.puts.at(-1) === last).toBe(true));
  } finally {
    restart = undefined;
    await restarting;
    await mapping.close();
  }

  expect(violations).toEqual([]);
  expect([...done].sort((a, b) => a - b)).toEqual(numbers);
  expect(checkpoints.puts).toEqual([...new Set(checkpoints.puts)].sort((a, b) => a - b));
}

function lowestReported(payload: unknown): number | undefined {
  const { batchItemFailures = [] } = (payload ?? {}) as {
    batchItemFailures?: { itemIdentifier: string | null }[];
  };
  const reported = batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier ?? 0));
  return reported.length === 0 ? undefined : Math.min(...reported);
}
