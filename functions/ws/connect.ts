/**
 * $connect: makes the connection reachable. Where no authorizer stood before it (an endpoint that cannot run one), it
 * looks at the origin and redeems the ticket itself: nobody gets in without.
 */
import { redeemTicket } from '../../shared/auth/ticket.ts';
import { systemClock } from '../../shared/clock.ts';
import { openConnection } from '../../shared/connections/open-connection.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { mayOpenSocket, parseOrigins } from '../lib/origin.ts';
import { connectionHandler, identityOf } from '../lib/ws.ts';

const env = environment('ws/connect');
const allowedOrigins = parseOrigins(env.ALLOWED_ORIGINS);
const sessions = deps.sessions(env);
const ticketDeps = { tickets: deps.tickets(env), sessions, clock: systemClock };
const openDeps = {
  connections: deps.connections(env),
  sessions,
  gateway: deps.sockets(env),
  perUserMax: Number(env.CONNECTIONS_PER_USER_MAX),
};

export const handler = connectionHandler(async (event) => {
  const authorized = identityOf(event);
  if (!authorized && !mayOpenSocket(event, allowedOrigins)) return { statusCode: 403 };
  const identity = authorized ?? (await redeemTicket(event.queryStringParameters?.ticket, ticketDeps));
  if (!identity) return { statusCode: 401 };
  const { connectionId } = event.requestContext;
  return { statusCode: (await openConnection({ ...identity, connectionId }, openDeps)) ? 200 : 401 };
});
