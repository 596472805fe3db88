import { beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../shared/auth/access-token.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { dynamoTicketStore } from '../../shared/auth/dynamo-ticket-store.ts';
import { issueTicket } from '../../shared/auth/ticket.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { randomIds } from '../../shared/ids.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  aContext,
  aSocketEvent,
  type FrameCall,
  type SignedIn,
  signUp,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
type SocketFunction = (event: unknown, context: unknown) => Promise<unknown>;
let authorize: SocketFunction;
let connect: SocketFunction;
let disconnect: SocketFunction;
let anna: SignedIn;

beforeAll(async () => {
  stubEnvironment(database());
  authorize = (await import('./authorize-connection.ts')).handler as SocketFunction;
  connect = (await import('./connect.ts')).handler as SocketFunction;
  disconnect = (await import('./disconnect.ts')).handler as SocketFunction;
  anna = await signUp(database(), 'anna');
});

async function ticketFor(identity: Identity) {
  const { client, tables } = database();
  const tickets = dynamoTicketStore(client, tables.authTable);
  const deps = { tickets, ids: randomIds, clock: systemClock, webSocketUrl: 'wss://x' };
  return (await issueTicket(identity, deps)).ticket;
}

async function connectionsOf({ userId }: Identity) {
  const { client, tables } = database();
  const store = dynamoConnectionStore({ client, ...tables, clock: systemClock });
  return (await store.ofUsers([userId])).map(({ connectionId }) => connectionId).sort();
}

const methodArn = 'arn:aws:execute-api:eu-central-1:000000000000:api/live/$connect';
const knock = (ticket?: string) =>
  authorize({ type: 'REQUEST', methodArn, queryStringParameters: ticket && { ticket } }, aContext());
const open = (call: FrameCall) =>
  connect(aSocketEvent(undefined, { routeKey: '$connect', ...call }), aContext());

describe('the authorizer of $connect', () => {
  it('[C1] lets a fresh ticket in, once, and says whose socket it is', async () => {
    const ticket = await ticketFor(anna);
    expect(await knock(ticket)).toEqual({
      principalId: anna.userId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
      },
      context: { user_id: anna.userId, session_id: anna.sessionId },
    });
    expect(await knock(ticket)).toMatchObject({
      policyDocument: { Statement: [{ Effect: 'Deny' }] },
    });
  });

  it.each([undefined, '', 'invented', 'A'.repeat(43)])(
    '[C1] denies %j, and says nobody’s name',
    async (ticket) => {
      const answer = await knock(ticket);
      expect(answer).toMatchObject({
        principalId: 'anonymous',
        policyDocument: { Statement: [{ Effect: 'Deny' }] },
      });
      expect(answer).not.toHaveProperty('context');
    },
  );

  it('[P8] denies a ticket whose session ended meanwhile', async () => {
    const gone = await signUp(database(), 'gone');
    const ticket = await ticketFor(gone);
    const { client, tables } = database();
    const sessions = dynamoSessionStore({ client, ...tables, clock: systemClock, backoff: instantBackoff() });
    await sessions.end(gone);
    expect(await knock(ticket)).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
  });

  it('takes no access token for a ticket', async () => {
    expect(await knock(anna.token)).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
  });
});

describe('$connect and $disconnect', () => {
  it('make a connection reachable, and forget it', async () => {
    expect(await open({ connectionId: 'c1', identity: anna })).toEqual({ statusCode: 200 });
    expect(await open({ connectionId: 'c2', identity: anna })).toEqual({ statusCode: 200 });
    expect(await connectionsOf(anna)).toEqual(['c1', 'c2']);
    const event = aSocketEvent(undefined, { routeKey: '$disconnect', connectionId: 'c1' });
    expect(await disconnect(event, aContext())).toEqual({ statusCode: 200 });
    expect(await disconnect(event, aContext())).toEqual({ statusCode: 200 });
    expect(await connectionsOf(anna)).toEqual(['c2']);
  });

  it('[C1] redeem the ticket themselves where no authorizer stood before them', async () => {
    const ben = await signUp(database(), 'ben');
    const ticket = await ticketFor(ben);
    expect(await open({ connectionId: 'b1', ticket })).toEqual({ statusCode: 200 });
    expect(await open({ connectionId: 'b2', ticket })).toEqual({ statusCode: 401 });
    expect(await connectionsOf(ben)).toEqual(['b1']);
  });

  it('[A1] let nobody in without', async () => {
    for (const ticket of [undefined, '', 'x', 'A'.repeat(43)]) {
      const call = { connectionId: 'stranger', ...(ticket !== undefined && { ticket }) };
      expect(await open(call)).toEqual({ statusCode: 401 });
    }
  });
});
