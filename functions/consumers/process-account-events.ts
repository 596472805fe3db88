/** What follows from a change to an account: codes and notices by mail and SMS, closed sockets, the rest of an erasure. */
import { randomInt } from 'node:crypto';
import { accountEvent } from '../../events/account-event.ts';
import { eraseAccount } from '../../shared/account-data/erase-account.ts';
import {
  consumeAccountEvent,
  describeAccountEvent,
} from '../../shared/account-events/consume-account-event.ts';
import { closeSessions } from '../../shared/auth/close-sessions.ts';
import { systemClock } from '../../shared/clock.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { queueBatch } from '../lib/queue-batch.ts';

const env = environment('consumers/process-account-events');
const accounts = deps.accounts(env);
const sessions = deps.sessions(env);
const socketDeps = { sessions, connections: deps.connections(env), gateway: deps.sockets(env) };
const presenceChecks = deps.presenceChecks(env);
const erasureDeps = {
  accounts: deps.accountEraser(env),
  users: deps.users(env),
  blocks: deps.blocks(env),
  bots: deps.bots(env),
  events: deps.accountEvents(env),
  clock: systemClock,
};

const consumerDeps = {
  accounts,
  codes: deps.codes(env),
  mailer: deps.mailer(env),
  texter: deps.texter(),
  clock: systemClock,
  randomInt,
  webUrl: env.WEB_URL,
  closeSessions: ({ user_id, session_ids }: { user_id: string; session_ids: readonly string[] }) =>
    closeSessions({ userId: user_id, sessionIds: session_ids }, socketDeps),
  async eraseAccount(userId: string) {
    await eraseAccount(userId, erasureDeps);
    // What they said of themselves goes too, and whoever watches them sees nobody.
    await presenceChecks.soon(userId);
  },
};

export const handler = queueBatch(accountEvent, {
  describe: describeAccountEvent,
  run: async (event) => ({ outcome: await consumeAccountEvent(event, consumerDeps) }),
});
