/** What the routes of functions/http/account.ts work with. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../shared/clock.ts';
import { randomIds } from '../../shared/ids.ts';
import type { FunctionEnvironment } from '../environments.ts';
import * as deps from './deps.ts';
import { logger } from './log.ts';

export function accountDeps(env: FunctionEnvironment<'http/account'>) {
  return {
    accounts: deps.accounts(env),
    box: deps.factorBox(env),
    codes: deps.codes(env),
    events: deps.accountEvents(env),
    factors: deps.secondFactors(env),
    failures: deps.failures(env),
    limiter: deps.subjectLimiter(env),
    sessions: deps.sessions(env),
    tickets: deps.tickets(env),
    users: deps.users(env),
    clock: systemClock,
    ids: randomIds,
    randomBytes,
    webSocketUrl: env.WEBSOCKET_URL,
    warn: (message: string, error: unknown) => logger.warn(message, { error }),
  };
}
