import type { Clock, InvokeResult, LambdaInvoker, StreamEventSource } from '../contracts.ts';
import { readBatchResponse } from './batch-response.ts';
import { type BatchRecord, pause } from './event-source-mapping.ts';
import type { StreamRecord } from './stream-reader.ts';

/** Records that were given up, and why. */
export interface DiscardedBatch {
  readonly records: readonly StreamRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  /** The last answer of the function; undefined when it was never asked. */
  readonly result: InvokeResult | undefined;
  readonly invokeCount: number;
}

export interface BatchDelivery {
  readonly source: StreamEventSource;
  readonly lambda: LambdaInvoker;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly retryDelayMs: (retries: number) => number;
  /** Everything up to this sequence number is done with. */
  readonly checkpoint: (sequenceNumber: string) => Promise<void>;
  readonly discard: (batch: DiscardedBatch) => Promise<void>;
  readonly onBatch: ((record: BatchRecord) => void) | undefined;
}

interface Attempt {
  readonly records: readonly StreamRecord[];
  readonly retries: number;
  readonly lastResult: InvokeResult | undefined;
}

/**
 * Delivers one batch until every record of it succeeded or was discarded, in order; returns early when closed, with
 * the checkpoint before the first record that is not done.
 * - Success moves the checkpoint behind the batch; a reported failure moves it before the lowest failed record, and
 *   everything from there is delivered again. Progress of that kind does not use up retries.
 * - A failure of the whole batch halves it if the mapping bisects (which uses no retry either), else retries it.
 * - When the retries are used up, the batch is discarded with its metadata, and the shard goes on.
 * - Before each attempt, the records that are older than the mapping allows are discarded in the same way.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export async function deliverBatch(records: readonly StreamRecord[], delivery: BatchDelivery): Promise<void> {
  const { source, signal, checkpoint } = delivery;
  const pending: Attempt[] = [{ records, retries: 0, lastResult: undefined }];
  while (!signal.aborted) {
    const next = pending.pop();
    if (next === undefined) return;
    const attempt = await withoutOldRecords(next, delivery);
    if (attempt.records.length === 0) continue;
    const { succeeded, result } = await invokeOnce(attempt.records, delivery);
    const lastDone = attempt.records[succeeded - 1];
    if (lastDone !== undefined) await checkpoint(lastDone.sequenceNumber);
    if (succeeded === attempt.records.length) continue;

    if (succeeded > 0)
      pending.push({ records: attempt.records.slice(succeeded), retries: 0, lastResult: result });
    else if (source.bisectBatchOnFunctionError && attempt.records.length > 1)
      pending.push(...halves(attempt.records, result));
    else if (attempt.retries < (source.maximumRetryAttempts ?? Infinity)) {
      pending.push({ records: attempt.records, retries: attempt.retries + 1, lastResult: result });
      await pause(delivery.retryDelayMs(attempt.retries), signal);
    } else await giveUp({ ...attempt, lastResult: result }, 'RetryAttemptsExhausted', delivery);
  }
}

/** How many records from the start of the batch are done with after one invocation. */
async function invokeOnce(
  records: readonly StreamRecord[],
  { source, lambda, onBatch }: BatchDelivery,
): Promise<{ succeeded: number; result: InvokeResult }> {
  const result = await lambda.invoke(source.functionName, { Records: records.map((record) => record.event) });
  const { succeeded, reason } = countSucceeded(records, result, source.reportBatchItemFailures);
  onBatch?.({
    functionName: source.functionName,
    source: source.tableName,
    size: records.length,
    failed: records.length - succeeded,
    reason,
  });
  return { succeeded, result };
}

function countSucceeded(
  records: readonly StreamRecord[],
  result: InvokeResult,
  reportsFailures: boolean,
): { succeeded: number; reason: string | undefined } {
  if (!result.ok) return { succeeded: 0, reason: `${result.errorType}: ${result.errorMessage}` };
  if (!reportsFailures) return { succeeded: records.length, reason: undefined };
  const verdict = readBatchResponse(
    result.payload,
    records.map((record) => record.sequenceNumber),
  );
  if (verdict.kind === 'malformed') return { succeeded: 0, reason: verdict.reason };
  const lowestFailed = records.findIndex((record) => verdict.failedIds.has(record.sequenceNumber));
  return { succeeded: lowestFailed === -1 ? records.length : lowestFailed, reason: undefined };
}

/** The second half first: the stack hands out the first half next. */
function halves(records: readonly StreamRecord[], lastResult: InvokeResult): Attempt[] {
  const middle = Math.ceil(records.length / 2);
  return [
    { records: records.slice(middle), retries: 0, lastResult },
    { records: records.slice(0, middle), retries: 0, lastResult },
  ];
}

/** Gives up the records that are too old; the old ones come first, as the order is that of their making. */
async function withoutOldRecords(attempt: Attempt, delivery: BatchDelivery): Promise<Attempt> {
  const maxAgeMs = delivery.source.maximumRecordAgeMs;
  if (maxAgeMs === undefined) return attempt;
  const oldestMs = delivery.clock.now() - maxAgeMs;
  const young = attempt.records.findIndex((record) => record.approximateCreationMs >= oldestMs);
  const count = young === -1 ? attempt.records.length : young;
  if (count === 0) return attempt;
  await giveUp({ ...attempt, records: attempt.records.slice(0, count) }, 'RecordAgeExceeded', delivery);
  return { ...attempt, records: attempt.records.slice(count) };
}

async function giveUp(
  attempt: Attempt,
  condition: DiscardedBatch['condition'],
  delivery: BatchDelivery,
): Promise<void> {
  const { records, retries, lastResult: result } = attempt;
  // An attempt whose records are too old was not made; the one that is out of retries was.
  const invokeCount = condition === 'RecordAgeExceeded' && result === undefined ? 0 : retries + 1;
  await delivery.discard({ records, condition, result, invokeCount });
  const last = attempt.records.at(-1);
  if (last !== undefined) await delivery.checkpoint(last.sequenceNumber);
}
