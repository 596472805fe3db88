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
const sessions = deps.sessions(env);
const ticketDeps = { tickets: deps.tickets(env), sessions, clock: systemClock };

export const handler = connectionHandler(async (event) => {
  const identity = identityOf(event) ?? (await redeemTicket(event.queryStringParameters?.ticket, ticketDeps));
  if (!identity) return { statusCode: 401 };
  const { connectionId } = event.requestContext;
  await connections.open({ ...identity, connectionId });
  // Whoever ended the session since the ticket was taken has not seen this connection.
  if (await sessions.isLive(identity)) return { statusCode: 200 };
  await connections.close(connectionId);
  return { statusCode: 401 };
});
