import type { Clock } from '../contracts.ts';
import { tidyStreamRecords } from '../dynamodb/stream-records.ts';
import type { Reporter } from '../logs/reporter.ts';
import type { Closers } from './closers.ts';

const intervalMs = 3_600_000;

/** Takes stream records away that are a day old, at once and every hour, as DynamoDB does. */
export async function startTidying(
  databaseFile: string,
  { clock, reporter, closers }: { clock: Clock; reporter: Reporter; closers: Closers },
): Promise<void> {
  const tidy = async (): Promise<void> => {
    try {
      await tidyStreamRecords(databaseFile, clock.now());
    } catch (error) {
      reporter.notice(`Old stream records stay a little longer: ${String(error)}`);
    }
  };
  let tidying = tidy();
  const timer = setInterval(() => {
    tidying = tidying.then(tidy);
  }, intervalMs).unref();
  closers.add(async () => {
    clearInterval(timer);
    await tidying;
  });
  await tidying;
}
