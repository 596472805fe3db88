/** $disconnect: best effort, so nothing depends on it; the lease and the 410 of a push tell the same later. */
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { connectionHandler } from '../lib/ws.ts';

const connections = deps.connections(environment('ws/disconnect'));

export const handler = connectionHandler(async (event) => {
  await connections.close(event.requestContext.connectionId);
  return { statusCode: 200 };
});
