import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod/mini';
import { systemClock } from '../../shared/clock.ts';
import { describeIssues } from './issues.ts';
import { addToLogLine, logger, oneLogLine } from './log.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Consumer<Body> {
  /** What the log may say of a record, whatever becomes of it: nothing secret. */
  readonly describe: (body: Body) => Fields;
  /** Must bear to run twice. Answers what the log says of the outcome; throws what is to be tried again. */
  readonly run: (body: Body, record: SQSRecord) => Promise<Fields>;
}

/**
 * The handler of a standard queue: the records of a batch are nothing to each other, so that they run side by side and
 * each fails for itself. A failed record comes again, and is parked in the dead-letter queue, which has an alarm, when it
 * was received too often. The same road takes a record that nobody here understands: it costs a few receives, and no
 * second way into the dead-letter queue that could lose it. Each record has one line in the log.
 */
export function queueBatch<S extends z.ZodMiniType>(schema: S, consumer: Consumer<z.infer<S>>) {
  return middy<SQSEvent, SQSBatchResponse>()
    .use(oneLogLine(() => performance.now()))
    .handler(async ({ Records }) => {
      const succeeded = await Promise.all(Records.map((record) => consume(record, schema, consumer)));
      const failed = Records.filter((_, index) => !succeeded[index]);
      addToLogLine({ records: Records.length, failed: failed.length });
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
}

/** False: the record failed. Never throws, or the whole batch would come again. */
async function consume<S extends z.ZodMiniType>(
  record: SQSRecord,
  schema: S,
  { describe, run }: Consumer<z.infer<S>>,
): Promise<boolean> {
  const { ApproximateReceiveCount, SentTimestamp } = record.attributes;
  const fields: Record<string, unknown> = {
    queue_message_id: record.messageId,
    receive_count: Number(ApproximateReceiveCount),
    age_ms: systemClock.now() - Number(SentTimestamp),
  };
  const startedAt = performance.now();
  try {
    const body = parse(schema, record.body);
    Object.assign(fields, describe(body));
    Object.assign(fields, await run(body, record));
    logger.info('record', { ...fields, duration_ms: Math.round(performance.now() - startedAt) });
    return true;
  } catch (error) {
    logger.error('record', {
      ...fields,
      outcome: error instanceof MalformedRecord ? 'malformed' : 'failed',
      error: error as Error,
      duration_ms: Math.round(performance.now() - startedAt),
    });
    return false;
  }
}

class MalformedRecord extends Error {
  override readonly name = 'MalformedRecord';
}

/** Throws MalformedRecord, which names fields and not what stands in them. */
function parse<S extends z.ZodMiniType>(schema: S, text: string): z.infer<S> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new MalformedRecord('the record is not JSON');
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new MalformedRecord(`${kindOf(body)}: ${describeIssues(parsed.error)}`);
  return parsed.data;
}

/** `code.requested v2`, if the record says so much. */
function kindOf(body: unknown): string {
  const { name, version } = (body ?? {}) as { name?: unknown; version?: unknown };
  const isName = typeof name === 'string' && /^[\w.-]{1,64}$/.test(name);
  return `${isName ? name : 'no name'} v${Number.isSafeInteger(version) ? String(version) : '?'}`;
}
