/** What a function with ReportBatchItemFailures said about its batch. */
export type BatchVerdict =
  | { readonly kind: 'reported'; readonly failedIds: ReadonlySet<string> }
  /** The response cannot be trusted, so that every item counts as failed. */
  | { readonly kind: 'malformed'; readonly reason: string };

const allSucceeded: BatchVerdict = { kind: 'reported', failedIds: new Set() };

/**
 * Reads `{ batchItemFailures: [{ itemIdentifier }] }`. Complete success: null, an object without the list, an empty or
 * null list. Complete failure: an identifier that is empty, null, under another key or of no item of the batch, and
 * any response that is no such object at all.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function readBatchResponse(payload: unknown, batchIds: Iterable<string>): BatchVerdict {
  if (payload === null || payload === undefined) return allSucceeded;
  if (typeof payload !== 'object' || Array.isArray(payload)) return malformed('is not an object', payload);
  const failures: unknown = 'batchItemFailures' in payload ? payload.batchItemFailures : null;
  if (failures === null || failures === undefined) return allSucceeded;
  if (!Array.isArray(failures)) return malformed('has a batchItemFailures that is not a list', failures);
  const known = new Set(batchIds);
  const failedIds = new Set<string>();
  for (const failure of failures) {
    const id = identifierOf(failure);
    if (id === undefined || !known.has(id)) return malformed('names an unknown itemIdentifier', failure);
    failedIds.add(id);
  }
  return { kind: 'reported', failedIds };
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('itemIdentifier' in failure)) return undefined;
  return typeof failure.itemIdentifier === 'string' ? failure.itemIdentifier : undefined;
}

function malformed(problem: string, value: unknown): BatchVerdict {
  return { kind: 'malformed', reason: `The batch response ${problem}: ${JSON.stringify(value)}` };
}
