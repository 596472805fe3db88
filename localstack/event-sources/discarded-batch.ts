import type { DiscardedBatch } from './stream-batch.ts';
import type { Shard, StreamReader } from './stream-reader.ts';

/**
 * What Lambda sends to the on-failure destination: where the records are, not the records. They can be fetched from
 * the stream by their sequence numbers for 24 hours.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export interface DiscardedBatchMetadata {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  /** Missing when the records were too old before any invocation. */
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    readonly functionError: 'Unhandled' | null;
  };
  readonly version: '1.0';
  /** RFC 3339. */
  readonly timestamp: string;
  readonly DDBStreamBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

export function describeDiscardedBatch(
  batch: DiscardedBatch,
  where: {
    readonly shardId: Shard['shardId'];
    readonly streamArn: StreamReader['streamArn'];
    readonly functionArn: string;
    readonly nowMs: number;
  },
): DiscardedBatchMetadata {
  const first = batch.records[0];
  const last = batch.records.at(-1);
  return {
    requestContext: {
      requestId: batch.result?.requestId ?? '',
      functionArn: where.functionArn,
      condition: batch.condition,
      approximateInvokeCount: batch.invokeCount,
    },
    ...(batch.result && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: batch.result.ok ? null : 'Unhandled',
      },
    }),
    version: '1.0',
    timestamp: new Date(where.nowMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId: where.shardId,
      startSequenceNumber: first?.sequenceNumber ?? '',
      endSequenceNumber: last?.sequenceNumber ?? '',
      approximateArrivalOfFirstRecord: new Date(first?.approximateCreationMs ?? 0).toISOString(),
      approximateArrivalOfLastRecord: new Date(last?.approximateCreationMs ?? 0).toISOString(),
      batchSize: batch.records.length,
      streamArn: where.streamArn,
    },
  };
}
