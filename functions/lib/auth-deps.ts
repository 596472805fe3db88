/** What the routes of functions/http/auth.ts work with. */
import type { Identity } from '../../shared/auth/access-token.ts';
import { endSessions } from '../../shared/auth/end-sessions.ts';
import { secondFactorCheck } from '../../shared/auth/second-factor.ts';
import { publishedSigningKeys } from '../../shared/auth/signing-keys.ts';
import { systemClock } from '../../shared/clock.ts';
import { randomIds } from '../../shared/ids.ts';
import type { FunctionEnvironment } from '../environments.ts';
import * as deps from './deps.ts';
import { logger } from './log.ts';

export function authDeps(env: FunctionEnvironment<'http/auth'>) {
  const events = deps.accountEvents(env);
  const publicKeys = deps.publicKeys(env);
  const sessions = deps.sessionsForSignIn(env);
  const factors = deps.secondFactors(env);
  const signingKeys = publishedSigningKeys(deps.signingSecret(env), publicKeys, systemClock);
  const stores = {
    accounts: deps.accounts(env),
    codes: deps.codes(env),
    failures: deps.failures(env),
    limiter: deps.subjectLimiter(env),
    users: deps.users(env),
    clock: systemClock,
    events,
    ids: randomIds,
    issuer: env.TOKEN_ISSUER,
    sessions,
    factors,
    box: deps.factorBox(env),
    secondFactor: secondFactorCheck({ factors, ids: randomIds, clock: systemClock }),
    warn: (message: string, error: unknown) => logger.warn(message, { error }),
  };
  const end = (identity: Identity) =>
    endSessions(identity.userId, [identity.sessionId], { events, sessions });
  return {
    ...stores,
    /** For what answers with tokens: the keys that sign them may be made anew between two calls. */
    signing: async () => ({ ...stores, keys: await signingKeys() }),
    /** For a refresh, which ends the session of a token that was used twice. */
    refreshing: async () => ({ ...stores, sessions: { ...sessions, end }, keys: await signingKeys() }),
    /** Every published key, that of this environment included. */
    async publicKeys() {
      await signingKeys();
      return await publicKeys.list();
    },
  };
}
