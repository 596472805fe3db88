/**
 * $connect: makes the connection reachable. Where no authorizer stood before it (an endpoint that cannot run one), it
 * redeems the ticket itself: nobody gets in without.
 */
import { redeemTicket } from '../../shared/auth/ticket.ts';
import { systemClock } from '../../shared/clock.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { connectionHandler, identityOf } from '../lib/ws.ts';

const env = environment('ws/connect');
const connections = deps.connections(env);
const ticketDeps = { tickets: deps.tickets(env), sessions: deps.sessions(env), clock: systemClock };

export const handler = connectionHandler(async (event) => {
  const identity = identityOf(event) ?? (await redeemTicket(event.queryStringParameters?.ticket, ticketDeps));
  if (!identity) return { statusCode: 401 };
  await connections.open({ ...identity, connectionId: event.requestContext.connectionId });
  return { statusCode: 200 };
});
