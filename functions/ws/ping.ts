/** `ping` → `pong`: a client's proof that its connection, and its session, still live. */
import { pingFrame } from '../../events/client-frames.ts';
import { isoTime, systemClock } from '../../shared/clock.ts';
import { pushEvents } from '../../shared/connections/push.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/ping');
const pushDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const gate = deps.gate(env);

export const handler = frameHandler(pingFrame, pushDeps, async ({ identity, connectionId }) => {
  await gate.admit(identity, 'ping');
  const pong = { type: 'pong', server_time: isoTime(systemClock.now()) } as const;
  await pushEvents([{ connection: { ...identity, connectionId }, events: [pong] }], pushDeps);
});
