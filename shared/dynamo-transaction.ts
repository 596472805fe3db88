import { type AttributeValue, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Backoff } from './backoff.ts';

export type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

/**
 * Why one action of a cancelled transaction failed; `None` for those that would have gone through. `item` is what
 * stood there, where the action asked for it (ReturnValuesOnConditionCheckFailure: ALL_OLD).
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
 */
export interface CancelReason {
  readonly code: string;
  readonly message?: string | undefined;
  readonly item?: Record<string, unknown> | undefined;
}

const transientCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

export function isTransient(reasons: readonly CancelReason[]): boolean {
  return (
    reasons.some((reason) => transientCodes.has(reason.code)) && !hasCode(reasons, 'ConditionalCheckFailed')
  );
}

export function hasCode(reasons: readonly CancelReason[], code: string): boolean {
  return reasons.some((reason) => reason.code === code);
}

/** One try. Undefined when it committed, the reasons in the order of the actions when it was cancelled. */
export async function transactWrite(
  client: DynamoDBDocumentClient,
  items: TransactItems,
): Promise<CancelReason[] | undefined> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: items }));
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    return (error.CancellationReasons ?? []).map((reason) => ({
      code: reason.Code ?? 'None',
      message: reason.Message,
      item: reason.Item ? unmarshallItem(reason.Item) : undefined,
    }));
  }
}

/** As transactWrite, but tries again while only conflicts and throttles stand in the way. */
export async function transactWriteWithRetry(
  client: DynamoDBDocumentClient,
  items: TransactItems,
  backoff: Backoff,
  maxAttempts = 5,
): Promise<CancelReason[] | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const reasons = await transactWrite(client, items);
    if (!reasons || !isTransient(reasons)) return reasons;
    if (attempt === maxAttempts)
      throw new Error(`a transaction was cancelled ${maxAttempts} times: ${codes(reasons)}`);
    await backoff.wait(attempt);
  }
}

export function codes(reasons: readonly CancelReason[]): string {
  return reasons.map((reason) => reason.code).join(', ');
}

/** Errors carry items in DynamoDB's own attribute values, also through the document client. */
export function unmarshallItem(item: Record<string, unknown>): Record<string, unknown> {
  const isPlain = Object.values(item).some((value) => typeof value !== 'object' || value === null);
  return isPlain ? item : unmarshall(item as Record<string, AttributeValue>);
}
