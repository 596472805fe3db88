/** `ping` → `pong`: a client's proof that its connection, and its session, still live. The sweep need not ask after it. */
import { pingFrame } from '../../events/client-frames.ts';
import { isoTime, systemClock } from '../../shared/clock.ts';
import { noteHeartbeat } from '../../shared/connections/note-heartbeat.ts';
import { pushEvents } from '../../shared/connections/push.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/ping');
const pushDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const heartbeatDeps = { rows: deps.connectionRows(env), clock: systemClock };
const gate = deps.gate(env);

export const handler = frameHandler(pingFrame, pushDeps, async ({ identity, connectionId }) => {
  await gate.admit(identity, 'ping');
  const pong = { type: 'pong', server_time: isoTime(systemClock.now()) } as const;
  await pushEvents([{ connection: { ...identity, connectionId }, events: [pong] }], pushDeps);
  await noteHeartbeat(connectionId, heartbeatDeps);
});
