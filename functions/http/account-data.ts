/** One's own data: taking it along, and erasing it. */
import { requestErasure } from '../../shared/account-data/erase-account.ts';
import { exportAccount } from '../../shared/account-data/export-account.ts';
import { systemClock as clock } from '../../shared/clock.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/account-data');
const sessions = deps.sessions(env);
const exportDeps = {
  sessions,
  users: deps.users(env),
  blocks: deps.blocks(env),
  secondFactor: deps.secondFactorFlag(env),
  conversations: deps.conversations(env),
  messages: deps.messages(env),
  clock,
};
const erasureDeps = { sessions, accounts: deps.accountEraser(env), events: deps.accountEvents(env), clock };

export const handler = httpHandler(
  {
    'GET /me/export': {
      action: 'account.export',
      async run({ identity, query }) {
        return { status: 200, body: await exportAccount(identity, query.cursor, exportDeps) };
      },
    },

    'DELETE /me': {
      action: 'account.change',
      async run({ identity }) {
        await requestErasure(identity, erasureDeps);
        return { status: 204 };
      },
    },
  },
  deps.authentication(env),
);
