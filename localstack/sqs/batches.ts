/**
 * Batch actions: what is wrong with the batch fails all of it, what is wrong with an entry fails that entry alone.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
 */
import { SqsError, type SqsErrorCode } from './sqs-errors.ts';

export interface BatchResult<R> {
  readonly successful: readonly { readonly id: string; readonly result: R }[];
  readonly failed: readonly { readonly id: string; readonly code: SqsErrorCode; readonly message: string }[];
}

export const entriesMax = 10;
const batchBytesMax = 1_048_576;

/** @throws SqsError for the batch as a whole: empty, too many entries, ids that are malformed or not distinct. */
export function runBatch<E extends { readonly id: string }, R>(
  entries: readonly E[],
  perform: (entry: E) => R,
): BatchResult<R> {
  checkEntries(entries.map(({ id }) => id));
  const successful: { id: string; result: R }[] = [];
  const failed: { id: string; code: SqsErrorCode; message: string }[] = [];
  for (const entry of entries) {
    try {
      successful.push({ id: entry.id, result: perform(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push({ id: entry.id, code: error.code, message: error.message });
    }
  }
  return { successful, failed };
}

/** The entries of a batch share one limit, whatever the queue allows for one message. */
export function checkBatchBytes(bytes: number): void {
  if (bytes <= batchBytesMax) return;
  throw new SqsError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${batchBytesMax} bytes. You have sent ${bytes} bytes.`,
  );
}

function checkEntries(ids: readonly string[]): void {
  if (ids.length === 0) {
    throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (ids.length > entriesMax) {
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${entriesMax}. You have sent ${ids.length}.`,
    );
  }
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw new SqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) {
    throw new SqsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  }
}
