/** The REQUEST authorizer of $connect: redeems the one-use ticket and tells every later frame whose socket it is. */
import middy from '@middy/core';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { redeemTicket } from '../../shared/auth/ticket.ts';
import { systemClock } from '../../shared/clock.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine, oneLogLine } from '../lib/log.ts';

const env = environment('ws/authorize-connection');
const ticketDeps = { tickets: deps.tickets(env), sessions: deps.sessions(env), clock: systemClock };

export const handler = middy<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>()
  .use(oneLogLine(() => performance.now()))
  .handler(async (event) => {
    const identity = await redeemTicket(event.queryStringParameters?.ticket, ticketDeps);
    addToLogLine({ allowed: identity !== undefined, ...(identity && { user_id: identity.userId }) });
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
