import { expect, it } from 'vitest';
import type { StreamEventSource } from '../contracts.ts';
import { eventually, failed, reporting, succeeded } from './event-source-fixture.ts';
import { aShard, aStream, numbersOf } from './stream-fixture.ts';
import { aMapping } from './stream-mapping-fixture.ts';

/** Takes the records with one of these numbers. */
const only = (...numbers: number[]): Partial<StreamEventSource> => ({
  filters: [{ dynamodb: { SequenceNumber: numbers.map((n) => ({ kind: 'equals', value: String(n) })) } }],
});

it('moves the checkpoint over filtered records without an invocation', async () => {
  const { invocations, checkpoints, start } = aMapping(aStream([aShard([1, 2, 3])]), undefined, only(9));
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([3]));
  expect(invocations).toEqual([]);
});

it('makes batches of what the filters let through, and a failure of them holds up what was filtered', async () => {
  const answers = [reporting('4')];
  const { batches, checkpoints, start } = aMapping(
    aStream([aShard([1, 2, 3, 4, 5, 6, 7])]),
    () => answers.shift() ?? succeeded(),
    { ...only(2, 4, 6), batchSize: 2 },
  );
  start();
  await eventually(() => expect(checkpoints.puts.at(-1)).toBe(7));
  expect(batches()).toEqual([[2, 4], [4], [6]]);
  expect(checkpoints.puts).toEqual([2, 4, 6, 7]);
});

it('waits for a fuller batch until its window is over', async () => {
  const clock = { ms: 0, now: () => clock.ms };
  let reads = 0;
  const shard = aShard([1]);
  const stream = aStream([shard], () => {
    reads += 1;
  });
  const { batches, start } = aMapping(
    stream,
    () => succeeded(),
    { maximumBatchingWindowMs: 1_000, batchSize: 3 },
    { clock },
  );
  start();
  await eventually(() => expect(reads).toBeGreaterThan(2));
  shard.records.push(...aShard([2]).records);
  clock.ms = 999;
  const readsSoFar = reads;
  await eventually(() => expect(reads).toBeGreaterThan(readsSoFar + 2));
  expect(batches()).toEqual([]);
  clock.ms = 1_000;
  await eventually(() => expect(batches()).toEqual([[1, 2]]));
});

it('does not wait for its window when the batch is full', async () => {
  const { batches, start } = aMapping(aStream([aShard([1, 2, 3])]), () => succeeded(), {
    maximumBatchingWindowMs: 300_000,
    batchSize: 3,
  });
  start();
  await eventually(() => expect(batches()).toEqual([[1, 2, 3]]));
});

it('begins again with what waited in its window when it was closed', async () => {
  let reads = 0;
  const shard = aShard([1]);
  const stream = aStream([shard], () => {
    reads += 1;
  });
  const { batches, checkpoints, start } = aMapping(stream, () => succeeded(), {
    maximumBatchingWindowMs: 300_000,
    batchSize: 2,
  });
  const mapping = start();
  await eventually(() => expect(reads).toBeGreaterThan(1));
  await mapping.close();
  expect([batches(), checkpoints.puts]).toEqual([[], []]);
  shard.records.push(...aShard([2]).records);
  start();
  await eventually(() => expect(batches()).toEqual([[1, 2]]));
});

it('discards records that are too old before any attempt, and says so to the destination', async () => {
  // Record n was made n seconds after the epoch, and the clock of the fixture stands at 60.
  const { batches, discarded, checkpoints, start } = aMapping(
    aStream([aShard([1, 2, 30])]),
    () => succeeded(),
    { maximumRecordAgeMs: 50_000 },
  );
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([2, 30]));
  expect(batches()).toEqual([[30]]);
  expect(discarded).toMatchObject([
    {
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 },
      DDBStreamBatchInfo: { startSequenceNumber: '1', endSequenceNumber: '2', batchSize: 2 },
    },
  ]);
  expect(discarded[0]).not.toHaveProperty('responseContext');
});

it('retries a record without end until it is too old', async () => {
  const clock = { ms: 0, now: () => clock.ms };
  const { batches, discarded, checkpoints, start } = aMapping(
    aStream([aShard([1])]),
    () => {
      clock.ms += 20_000;
      return failed();
    },
    { maximumRecordAgeMs: 60_000 },
    { clock },
  );
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([1]));
  expect(batches()).toHaveLength(4);
  expect(discarded).toMatchObject([
    {
      requestContext: { condition: 'RecordAgeExceeded' },
      responseContext: { functionError: 'Unhandled' },
    },
  ]);
});

it('ends a batch before it is too large for an invocation', async () => {
  const shard = aShard([1, 2, 3]);
  const records = shard.records.map((record) => ({
    ...record,
    event: { ...record.event, filler: 'x'.repeat(2_500_000) },
  }));
  const { invocations, start } = aMapping(aStream([{ ...shard, records }]), () => succeeded());
  start();
  await eventually(() => expect(invocations.map(({ event }) => numbersOf(event))).toEqual([[1, 2], [3]]));
});
