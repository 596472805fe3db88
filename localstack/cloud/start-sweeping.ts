import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../contracts.ts';
import { sweepExpired } from '../dynamodb/sweep-expired.ts';
import type { Reporter } from '../logs/reporter.ts';
import type { TableDefinition } from '../template/cloud-plan.ts';
import type { Closers } from './closers.ts';

const intervalMs = 60_000;

/** Deletes expired items every minute, as DynamoDB does within some days. */
export function startSweeping(
  client: DynamoDBClient,
  tables: readonly TableDefinition[],
  { clock, reporter, closers }: { clock: Clock; reporter: Reporter; closers: Closers },
): void {
  let sweeping: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    sweeping ??= sweepExpired(client, tables, clock)
      .catch((error: unknown) => reporter.notice(`Expired items stay a little longer: ${String(error)}`))
      .finally(() => {
        sweeping = undefined;
      });
  }, intervalMs);
  closers.add(async () => {
    clearInterval(timer);
    await sweeping;
  });
}
