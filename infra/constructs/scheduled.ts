import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';

export interface ScheduledProps {
  /** Whole minutes: EventBridge knows nothing shorter. */
  readonly every: Duration;
  readonly run: ConfabFunction;
}

/**
 * Runs a function at a rate, at an unknown second of it. The same run may come twice, or while the one before is still
 * going; a run that throws is tried twice more. So what it runs must find its work by looking, and may not count runs.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 *
 * A rule and not EventBridge Scheduler: it invokes by a permission of the function, where a schedule needs one role more.
 */
export class Scheduled extends Construct {
  readonly every: Duration;
  readonly run: ConfabFunction;

  constructor(scope: Construct, id: string, { every, run }: ScheduledProps) {
    super(scope, id);
    this.every = every;
    this.run = run;
    new Rule(this, 'Rule', {
      description: `Confab ${run.path}`,
      schedule: Schedule.rate(every),
      targets: [new LambdaFunction(run)],
    });
  }
}
