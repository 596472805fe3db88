/** Bots: programs with an account and a token of their own. */
import { userId } from '../../events/client-frames.ts';
import { createBot, deleteBot, listBots, renewBotToken } from '../../shared/bots/manage-bots.ts';
import { systemClock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { randomIds } from '../../shared/ids.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/bots');
const botDeps = {
  bots: deps.bots(env),
  users: deps.users(env),
  accounts: deps.accountEraser(env),
  events: deps.accountEvents(env),
  clock: systemClock,
  ids: randomIds,
};

export const handler = httpHandler(
  {
    'POST /bots': {
      action: 'bot.change',
      async run({ identity, body }) {
        return { status: 201, body: await createBot(identity.userId, body, botDeps) };
      },
    },

    'GET /bots': {
      async run({ identity }) {
        return { status: 200, body: { bots: await listBots(identity.userId, botDeps) } };
      },
    },

    'POST /bots/{id}/token': {
      action: 'bot.change',
      async run({ identity, path }) {
        const token = await renewBotToken(identity.userId, botIn(path), botDeps);
        return { status: 200, body: { token } };
      },
    },

    'DELETE /bots/{id}': {
      action: 'bot.change',
      async run({ identity, path }) {
        await deleteBot(identity.userId, botIn(path), botDeps);
        return { status: 204 };
      },
    },
  },
  deps.authentication(env),
);

/** The id in the path. Text that cannot be one answers as a missing bot does. */
function botIn(path: Readonly<Record<string, string | undefined>>): string {
  const parsed = userId.safeParse(path.id);
  if (!parsed.success) throw new AppError('bot.not_found');
  return parsed.data;
}
