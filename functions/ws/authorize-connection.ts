/**
 * The REQUEST authorizer of $connect: looks at the origin, redeems the one-use ticket and tells every later frame whose
 * socket it is. Its answer is for this one handshake: WebSocket authorizers have no cache.
 */
import middy from '@middy/core';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { redeemTicket } from '../../shared/auth/ticket.ts';
import { systemClock } from '../../shared/clock.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine, oneLogLine } from '../lib/log.ts';
import { mayOpenSocket, parseOrigins } from '../lib/origin.ts';

const env = environment('ws/authorize-connection');
const allowedOrigins = parseOrigins(env.ALLOWED_ORIGINS);
const ticketDeps = { tickets: deps.tickets(env), sessions: deps.sessions(env), clock: systemClock };

export const handler = middy<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>()
  .use(oneLogLine(() => performance.now()))
  .handler(async (event) => {
    const originAllowed = mayOpenSocket(event, allowedOrigins);
    // A page that may not open sockets does not use up the ticket either.
    const identity = originAllowed
      ? await redeemTicket(event.queryStringParameters?.ticket, ticketDeps)
      : undefined;
    addToLogLine({
      origin_allowed: originAllowed,
      allowed: identity !== undefined,
      ...(identity && { user_id: identity.userId }),
    });
    return {
      principalId: identity?.userId ?? 'anonymous',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Action: 'execute-api:Invoke', Effect: identity ? 'Allow' : 'Deny', Resource: event.methodArn },
        ],
      },
      ...(identity && { context: { user_id: identity.userId, session_id: identity.sessionId } }),
    };
  });
