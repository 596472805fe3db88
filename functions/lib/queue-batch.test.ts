import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { capturedLogs } from '../../test/support/captured-logs.ts';
import { aContext, aQueueRecord, stubEnvironment } from '../../test/support/in-memory-aws.ts';

const schema = z.object({ name: z.literal('letter.written'), version: z.literal(1), secret: z.string() });
type Letter = z.infer<typeof schema>;

const logs = capturedLogs();
let queueBatch: typeof import('./queue-batch.ts')['queueBatch'];

beforeAll(async () => {
  stubEnvironment(undefined, { LOG_LEVEL: 'INFO' });
  ({ queueBatch } = await import('./queue-batch.ts'));
});

/** The records of a batch, `queue-1`, `queue-2`, …; a letter with such a secret, or the text as it is. */
function batch(...bodies: string[]): SQSRecord[] {
  return bodies.map((body, index) => ({
    ...aQueueRecord({ client_msg_id: String(index + 1) }, index + 1),
    body:
      body.startsWith('{') || body.startsWith('!')
        ? body
        : JSON.stringify({ name: 'letter.written', version: 1, secret: body }),
  }));
}

async function run(consumer: (letter: Letter) => Promise<Record<string, unknown>>, ...bodies: string[]) {
  const handler = queueBatch(schema, {
    describe: ({ secret }) => ({ length: secret.length }),
    run: consumer,
  });
  const call = handler as unknown as (event: unknown, context: unknown) => Promise<SQSBatchResponse>;
  const response = await call({ Records: batch(...bodies) }, aContext());
  const lines = logs.lines();
  return {
    failed: response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    records: lines
      .filter(({ message }) => message === 'record')
      .toSorted((a, b) => String(a.queue_message_id).localeCompare(String(b.queue_message_id))),
    invocations: lines.filter(({ message }) => message === 'invocation'),
  };
}

describe('a batch of a standard queue', () => {
  it('is done record by record', async () => {
    const done: string[] = [];
    const { failed } = await run(
      async ({ secret }) => {
        done.push(secret);
        return {};
      },
      'one',
      'two',
    );
    expect([done, failed]).toEqual([['one', 'two'], []]);
  });

  it('runs side by side: no record waits for another', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { failed } = await run(
      async ({ secret }) => {
        if (secret === 'last') resolve();
        await promise;
        return {};
      },
      'first',
      'last',
    );
    expect(failed).toEqual([]);
  });

  it('brings only those again that failed', async () => {
    const { failed } = await run(
      async ({ secret }) => {
        if (secret === 'two') throw new Error('not now');
        return {};
      },
      'one',
      'two',
      'three',
    );
    expect(failed).toEqual(['queue-2']);
  });

  it.each([
    ['is not JSON', '!what nobody else may read'],
    ['has another version', '{"name":"letter.written","version":2,"secret":"what nobody else may read"}'],
    ['has another name', '{"name":"letter.burnt","version":1,"secret":"what nobody else may read"}'],
    ['lacks something', '{"name":"letter.written","version":1}'],
  ])('fails a record that %s, which parks it in the end, and no other', async (_, body) => {
    const consumer = vi.fn(async () => ({}));
    const { failed, records } = await run(consumer, 'fine', body);
    expect([failed, consumer.mock.calls.length]).toEqual([['queue-2'], 1]);
    expect(records).toMatchObject([
      {},
      { outcome: 'malformed', queue_message_id: 'queue-2', level: 'ERROR' },
    ]);
    expect(logs.text()).not.toContain('what nobody else may read');
  });

  it('names the kind of a record that it does not know', async () => {
    const { records } = await run(async () => ({}), '{"name":"letter.burnt","version":7}');
    expect(JSON.stringify(records)).toContain('letter.burnt v7: name: ');
  });
});

describe('the log of a batch', () => {
  it('has one line per record, and one for all of them', async () => {
    const { records, invocations } = await run(
      async ({ secret }) => {
        if (secret === 'no') throw new Error('not now');
        return { outcome: 'read' };
      },
      'yes',
      'no',
    );
    expect(records).toMatchObject([
      { level: 'INFO', queue_message_id: 'queue-1', receive_count: 1, length: 3, outcome: 'read' },
      {
        level: 'ERROR',
        queue_message_id: 'queue-2',
        receive_count: 2,
        length: 2,
        outcome: 'failed',
        error: { message: 'not now' },
      },
    ]);
    expect(invocations).toMatchObject([{ outcome: 'ok', records: 2, failed: 1 }]);
    expect(logs.lines()).toHaveLength(3);
  });
});
