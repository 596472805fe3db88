/** Every minute → connections that ended without a goodbye are forgotten, old ones are told to come back. */
import middy from '@middy/core';
import { systemClock } from '../../shared/clock.ts';
import { sweepConnections } from '../../shared/connections/sweep-connections.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine, oneLogLine } from '../lib/log.ts';

const env = environment('schedules/sweep-connections');
const sweepDeps = {
  rows: deps.connectionRows(env),
  connections: deps.connections(env),
  gateway: deps.sockets(env),
  clock: systemClock,
  reconnectAfterSeconds: Number(env.RECONNECT_AFTER_SECONDS),
};

export const handler = middy<unknown, void>()
  .use(oneLogLine(() => performance.now()))
  .handler(async () => {
    addToLogLine({ ...(await sweepConnections(sweepDeps)) });
  });
