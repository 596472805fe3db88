import { randomUUID } from 'node:crypto';
import type { Clock, LambdaInvoker, ScheduleDefinition } from '../contracts.ts';
import type { Reporter } from '../logs/reporter.ts';
import { type Schedules, startSchedules } from '../schedules/schedules.ts';
import type { Closers } from './closers.ts';
import { account } from './local-services.ts';

/** Starts every rule; `closers` end them, which waits for the invocations in flight. */
export function runSchedules(
  definitions: readonly ScheduleDefinition[],
  {
    lambda,
    clock,
    reporter,
  }: { readonly lambda: LambdaInvoker; readonly clock: Clock; readonly reporter: Reporter },
  closers: Closers,
): Schedules {
  const schedules = startSchedules(definitions, {
    lambda,
    clock,
    newId: randomUUID,
    place: account,
    onProblem: reporter.notice,
  });
  closers.add(() => schedules.close());
  return schedules;
}
