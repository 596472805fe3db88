import { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';

/** One logger per function; LOG_LEVEL decides what it says. Message texts, tickets and tokens are never fields of it. */
export const logger = new Logger({ serviceName: 'confab' });

type Fields = Record<string, unknown>;

/** What the one line of the present invocation will say; an environment runs one invocation at a time. */
let fields: Fields = {};

export function addToLogLine(more: Fields): void {
  Object.assign(fields, more);
}

/** One structured line per invocation, whatever happens: what it was, for whom, how it ended and how long it took. */
export function oneLogLine(now: () => number): MiddlewareObj {
  let startedAt = 0;
  const write = (outcome: Fields, level: 'info' | 'error') =>
    logger[level]('invocation', { ...fields, ...outcome, duration_ms: Math.round(now() - startedAt) });
  return {
    before({ context }) {
      startedAt = now();
      fields = { function: context.functionName, request_id: context.awsRequestId };
    },
    after() {
      write({ outcome: 'ok' }, 'info');
    },
    onError({ error, response }) {
      // An error that was answered is the caller's; one that was not is ours.
      const answered = response !== undefined;
      write(
        { outcome: answered ? 'refused' : 'failed', ...(!answered && { error }) },
        answered ? 'info' : 'error',
      );
    },
  };
}
