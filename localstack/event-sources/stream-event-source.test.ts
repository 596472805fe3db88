import { expect, it } from 'vitest';
import { eventually, failed, reporting, succeeded } from './event-source-fixture.ts';
import { aShard, aStream } from './stream-fixture.ts';
import { aMapping } from './stream-mapping-fixture.ts';
import { IteratorLostError } from './stream-reader.ts';

it('delivers the records of a shard in order, in batches, and goes on when new ones come', async () => {
  const shard = aShard([8, 9, 10, 11, 12]);
  const { batches, checkpoints, start } = aMapping(aStream([shard]), () => succeeded(), { batchSize: 2 });
  start();
  await eventually(() => expect(batches()).toEqual([[8, 9], [10, 11], [12]]));
  shard.records.push(...aShard([13]).records);
  await eventually(() => expect(checkpoints.puts).toEqual([9, 11, 12, 13]));
});

it('starts at LATEST with what comes after it was created, also when it is closed before anything came', async () => {
  const shard = aShard([1, 2]);
  const { batches, checkpoints, start } = aMapping(aStream([shard]), () => succeeded(), {
    startingPosition: 'LATEST',
  });
  const first = start();
  await first.ready;
  await first.close();
  expect(checkpoints.puts).toEqual([2]);
  shard.records.push(...aShard([3]).records);
  start();
  await eventually(() => expect(batches()).toEqual([[3]]));
});

it('starts at LATEST of an empty stream with its first record', async () => {
  const shard = aShard([]);
  const { batches, start } = aMapping(aStream([shard]), () => succeeded(), { startingPosition: 'LATEST' });
  const first = start();
  await first.ready;
  await first.close();
  shard.records.push(...aShard([1]).records);
  start();
  await eventually(() => expect(batches()).toEqual([[1]]));
});

it('reads a shard that comes later from its start, though the mapping began at LATEST', async () => {
  const parent = aShard([1], { shardId: 'parent', closed: true });
  const shards = [parent];
  const { batches, start } = aMapping(aStream(shards), () => succeeded(), { startingPosition: 'LATEST' });
  shards.push(aShard([2, 3], { shardId: 'child', parentShardId: 'parent' }));
  start();
  await eventually(() => expect(batches()).toEqual([[2, 3]]));
});

it('goes on from its checkpoint when it is started again', async () => {
  const shard = aShard([9, 10]);
  const { batches, checkpoints, start } = aMapping(aStream([shard]), () => succeeded());
  const first = start();
  await eventually(() => expect(checkpoints.puts).toEqual([10]));
  await first.close();
  shard.records.push(...aShard([11]).records);
  start();
  await eventually(() => expect(batches()).toEqual([[9, 10], [11]]));
});

it('moves the checkpoint before the lowest failed record and delivers everything from there again', async () => {
  const answers = [reporting('4', '3'), reporting('4')];
  const { batches, checkpoints, start } = aMapping(
    aStream([aShard([1, 2, 3, 4, 5])]),
    () => answers.shift() ?? succeeded(),
  );
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([2, 3, 5]));
  expect(batches()).toEqual([
    [1, 2, 3, 4, 5],
    [3, 4, 5],
    [4, 5],
  ]);
});

it.each([
  ['an unknown sequence number', reporting('99')],
  ['a null identifier', reporting(null)],
  ['a function error', failed()],
])('delivers the whole batch again after %s', async (_case, answer) => {
  const answers = [answer];
  const { batches, start } = aMapping(aStream([aShard([1, 2])]), () => answers.shift() ?? succeeded());
  start();
  await eventually(() =>
    expect(batches()).toEqual([
      [1, 2],
      [1, 2],
    ]),
  );
});

it('ignores reports if the mapping does not ask for them', async () => {
  const { batches, checkpoints, start } = aMapping(aStream([aShard([1, 2])]), () => reporting('1'), {
    reportBatchItemFailures: false,
  });
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([2]));
  expect(batches()).toEqual([[1, 2]]);
});

it('halves a failing batch until the bad record is alone, and only that uses up its retries', async () => {
  const { batches, checkpoints, discarded, start } = aMapping(
    aStream([aShard([1, 2, 3, 4, 5])]),
    (numbers) => (numbers.includes(4) ? failed() : succeeded()),
    { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
  );
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([3, 4, 5]));
  expect(batches()).toEqual([[1, 2, 3, 4, 5], [1, 2, 3], [4, 5], [4], [4], [5]]);
  expect(discarded.map((metadata) => metadata.DDBStreamBatchInfo.startSequenceNumber)).toEqual(['4']);
});

it('gives a batch up when its retries are used up, tells the destination where it is, and goes on', async () => {
  const { batches, checkpoints, discarded, start } = aMapping(
    aStream([aShard([1, 2, 3])]),
    (numbers) => (numbers.includes(1) ? failed() : succeeded()),
    { maximumRetryAttempts: 2, batchSize: 2 },
  );
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([2, 3]));
  expect(batches()).toEqual([[1, 2], [1, 2], [1, 2], [3]]);
  expect(discarded).toEqual([
    {
      requestContext: {
        requestId: 'request',
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '1970-01-01T00:01:00.000Z',
      DDBStreamBatchInfo: {
        shardId: 'shard-1',
        startSequenceNumber: '1',
        endSequenceNumber: '2',
        approximateArrivalOfFirstRecord: '1970-01-01T00:00:01.000Z',
        approximateArrivalOfLastRecord: '1970-01-01T00:00:02.000Z',
        batchSize: 2,
        streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/messages/stream/1',
      },
    },
  ]);
});

it('delivers again, rather than lose, what the destination did not take', async () => {
  let attempts = 0;
  const { checkpoints, problems, start } = aMapping(
    aStream([aShard([1])]),
    () => failed(),
    { maximumRetryAttempts: 0 },
    {
      onFailure: () => {
        attempts += 1;
        if (attempts === 1) throw new Error('queue is away');
      },
    },
  );
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([1]));
  expect(problems).toMatchObject([{ message: 'queue is away' }]);
  expect(attempts).toBe(2);
});

it('waits longer from retry to retry', async () => {
  const asked: number[] = [];
  const { start, checkpoints } = aMapping(
    aStream([aShard([1])]),
    () => (asked.length < 4 ? failed() : succeeded()),
    {},
    {
      retryDelayMs: (retries) => {
        asked.push(retries);
        return 0;
      },
    },
  );
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([1]));
  expect(asked).toEqual([0, 1, 2, 3]);
});

it('reads a shard after its parent', async () => {
  const shards = [
    aShard([3], { shardId: 'child', parentShardId: 'parent' }),
    aShard([1, 2], { shardId: 'parent', parentShardId: 'long gone', closed: true }),
  ];
  const { batches, start } = aMapping(aStream(shards), () => succeeded());
  start();
  await eventually(() => expect(batches()).toEqual([[1, 2], [3]]));
});

it.each([
  ['expired, from the checkpoint', 'checkpoint', [[8, 9], [10]]],
  ['trimmed away, from the oldest record that is left', 'TRIM_HORIZON', [[8, 9], [10]]],
] as const)('goes on after its iterator has %s', async (_case, resume, expected) => {
  let lost = false;
  const stream = aStream([aShard([8, 9, 10])], (iterator) => {
    if (lost || !iterator.endsWith(' 2')) return;
    lost = true;
    throw new IteratorLostError(resume, undefined);
  });
  const { batches, checkpoints, start } = aMapping(stream, () => succeeded(), { batchSize: 2 });
  start();
  await eventually(() => expect(checkpoints.puts).toEqual([9, 10]));
  expect(lost).toBe(true);
  expect(batches()).toEqual(expected);
});

it('waits for the invocation in flight when it is closed, and retries no more', async () => {
  const { invocations, checkpoints, start } = aMapping(aStream([aShard([1, 2, 3])]), undefined, {
    batchSize: 2,
  });
  const mapping = start();
  await eventually(() => expect(invocations).toHaveLength(1));
  const closing = mapping.close();
  invocations[0]?.answer(reporting('2'));
  await closing;
  expect(checkpoints.puts).toEqual([1]);
  expect(invocations).toHaveLength(1);
});
