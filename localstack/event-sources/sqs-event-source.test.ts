import { expect, it, onTestFinished } from 'vitest';
import type { InvokeResult, SqsEventSource } from '../contracts.ts';
import { aLambda, eventually, failed, reporting, succeeded } from './event-source-fixture.ts';
import type { BatchRecord } from './event-source-mapping.ts';
import { aMessage, aQueue } from './queue-fixture.ts';
import { type SqsEventSourceOptions, startSqsEventSource } from './sqs-event-source.ts';

const source: SqsEventSource = {
  kind: 'sqs',
  functionName: 'fn',
  queueName: 'messages.fifo',
  batchSize: 10,
  reportBatchItemFailures: true,
  maximumConcurrency: undefined,
};

function aMapping(
  respond?: (event: unknown) => InvokeResult,
  overrides: Partial<SqsEventSource> = {},
  options: Partial<SqsEventSourceOptions> = {},
) {
  const queue = aQueue();
  const { lambda, invocations } = aLambda(respond);
  const batches: BatchRecord[] = [];
  const problems: unknown[] = [];
  const start = () => {
    const mapping = startSqsEventSource(
      { ...source, ...overrides },
      {
        queues: queue.reader,
        lambda,
        region: 'eu-central-1',
        queueArn: 'arn:aws:sqs:eu-central-1:000000000000:messages.fifo',
        onBatch: (batch) => batches.push(batch),
        onProblem: (problem) => problems.push(problem),
        ...options,
      },
    );
    onTestFinished(async () => {
      for (const { answer } of invocations) answer(failed());
      await mapping.close();
    });
    return mapping;
  };
  return { queue, invocations, batches, problems, start };
}

it('hands over the event that Lambda builds from SQS messages', async () => {
  const { queue, invocations, start } = aMapping(() => succeeded());
  const trace = { dataType: 'String', stringValue: 'abc' };
  queue.send(aMessage('a1', { body: '{"text":"hi"}', messageAttributes: { trace } }));
  start();

  await eventually(() => expect(invocations).toHaveLength(1));
  expect(invocations[0]?.event).toEqual({
    Records: [
      {
        messageId: 'a1',
        receiptHandle: 'receipt-a1',
        body: '{"text":"hi"}',
        attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'a' },
        messageAttributes: {
          trace: { dataType: 'String', stringValue: 'abc', stringListValues: [], binaryListValues: [] },
        },
        md5OfBody: 'md5',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:messages.fifo',
        awsRegion: 'eu-central-1',
      },
    ],
  });
});

const circumstances: [string, InvokeResult, { deleted: string[] }][] = [
  ['null', succeeded(null), { deleted: ['a1', 'a2', 'b1'] }],
  ['an object without batchItemFailures', succeeded({ done: true }), { deleted: ['a1', 'a2', 'b1'] }],
  ['an empty list', reporting(), { deleted: ['a1', 'a2', 'b1'] }],
  ['null for a list', succeeded({ batchItemFailures: null }), { deleted: ['a1', 'a2', 'b1'] }],
  ['some identifiers', reporting('a2', 'b1'), { deleted: ['a1'] }],
  ['every identifier', reporting('a1', 'a2', 'b1'), { deleted: [] }],
  ['an unknown identifier', reporting('a2', 'z9'), { deleted: [] }],
  ['an empty identifier', reporting('a2', ''), { deleted: [] }],
  ['a null identifier', reporting(null), { deleted: [] }],
  ['another key', succeeded({ batchItemFailures: [{ itemIdentifer: 'a2' }] }), { deleted: [] }],
  ['no list', succeeded({ batchItemFailures: 'a2' }), { deleted: [] }],
  ['plain text', succeeded('done'), { deleted: [] }],
  ['a function error', failed(), { deleted: [] }],
  ['a time-out', failed('Sandbox.Timedout', 'Task timed out after 3.00 seconds'), { deleted: [] }],
];

it.each(circumstances)('deletes what succeeded when the function answers %s', async (_case, result, then) => {
  const { queue, batches, start } = aMapping(() => result);
  queue.send('a1', 'a2', 'b1');
  start();

  await eventually(() => expect(batches).toHaveLength(1));
  expect(queue.seen.deleted).toEqual(then.deleted);
  expect(batches[0]).toMatchObject({ size: 3, failed: 3 - then.deleted.length });
  // What failed is left to its visibility timeout.
  expect(queue.inFlight.size).toBe(3 - then.deleted.length);
  expect(queue.seen.returned).toEqual([]);
});

it('deletes the whole batch on success, whatever is reported, if the mapping does not ask for reports', async () => {
  const { queue, batches, start } = aMapping(() => reporting('a1'), { reportBatchItemFailures: false });
  queue.send('a1', 'a2');
  start();
  await eventually(() => expect(batches).toHaveLength(1));
  expect(queue.seen.deleted).toEqual(['a1', 'a2']);
});

it('invokes for several groups at once, and never for one group twice', async () => {
  const { queue, invocations, start } = aMapping(undefined, { batchSize: 1 });
  queue.send('a1', 'a2', 'b1', 'c1');
  start();

  await eventually(() => expect(invocations.map(idsOf)).toEqual([['a1'], ['b1'], ['c1']]));
  invocations[0]?.answer(succeeded());
  await eventually(() => expect(invocations.map(idsOf)[3]).toEqual(['a2']));
});

it.each([
  ['the maximum concurrency of the source', { maximumConcurrency: 2 }, {}],
  ['the cap of this machine', { maximumConcurrency: 50 }, { maxConcurrency: 2 }],
])('invokes no more often at once than %s', async (_case, overrides, options) => {
  const { queue, invocations, start } = aMapping(undefined, { batchSize: 1, ...overrides }, options);
  queue.send('a1', 'b1', 'c1');
  start();

  await eventually(() => expect(invocations).toHaveLength(2));
  expect(queue.seen).toMatchObject({ receives: 2, openPolls: 0 });
  invocations[1]?.answer(succeeded());
  await eventually(() => expect(invocations.map(idsOf)).toEqual([['a1'], ['b1'], ['c1']]));
});

it('keeps one poll open, does not spin, and polls on while an invocation runs', async () => {
  const { queue, invocations, start } = aMapping();
  start();
  queue.send('a1');
  await eventually(() => expect(invocations).toHaveLength(1));
  expect(queue.seen).toMatchObject({ receives: 2, openPolls: 1, mostPolls: 1 });
  queue.send('b1');
  await eventually(() => expect(invocations).toHaveLength(2));
  expect(queue.seen).toMatchObject({ receives: 3, openPolls: 1, mostPolls: 1 });
});

it('stops polling at once when it is closed, and waits for the invocations in flight', async () => {
  const { queue, invocations, start } = aMapping();
  const mapping = start();
  queue.send('a1');
  await eventually(() => expect(invocations).toHaveLength(1));

  let closed = false;
  const closing = mapping.close().then(() => {
    closed = true;
  });
  await eventually(() => expect(queue.seen.openPolls).toBe(0));
  expect(closed).toBe(false);
  invocations[0]?.answer(succeeded());
  await closing;
  expect(queue.seen.deleted).toEqual(['a1']);
  queue.send('b1');
  expect(invocations).toHaveLength(1);
});

it('gives back what arrives while it is being closed', async () => {
  const { queue, invocations, start } = aMapping();
  const receive = queue.reader.receive.bind(queue.reader);
  const arrival = Promise.withResolvers<void>();
  queue.reader.receive = async (queueName, { max, waitMs }) => {
    await arrival.promise;
    return receive(queueName, { max, waitMs });
  };
  queue.send('a1');
  const mapping = start();
  const closing = mapping.close();
  arrival.resolve();
  await closing;
  expect(invocations).toHaveLength(0);
  expect(queue.seen.returned).toEqual(['receipt-a1']);
});

it('leaves the batch in the queue when Lambda cannot be reached, and goes on', async () => {
  const reject = (event: unknown): InvokeResult => {
    if (idsOf({ event })[0] === 'a1') throw new Error('The Lambda runner is closed');
    return succeeded();
  };
  const { queue, problems, start } = aMapping(reject);
  queue.send('a1');
  start();
  await eventually(() => expect(problems).toHaveLength(1));
  queue.send('b1');
  await eventually(() => expect(queue.seen.deleted).toEqual(['b1']));
  expect(queue.inFlight.has('receipt-a1')).toBe(true);
});

it('tells of a queue that cannot be read, and does not hammer it', async () => {
  const { queue, problems, start } = aMapping();
  let receives = 0;
  queue.reader.receive = async () => {
    receives += 1;
    throw new Error('no such queue');
  };
  const mapping = start();
  await eventually(() => expect(problems).toMatchObject([{ message: 'no such queue' }]));
  await mapping.close();
  expect(receives).toBe(1);
});

function idsOf({ event }: { event: unknown }): string[] {
  const { Records } = event as { Records: { messageId: string }[] };
  return Records.map((record) => record.messageId);
}
