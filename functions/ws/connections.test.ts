import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Identity } from '../../shared/auth/access-token.ts';
import { closeSessions } from '../../shared/auth/close-sessions.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { dynamoTicketStore } from '../../shared/auth/dynamo-ticket-store.ts';
import { issueTicket } from '../../shared/auth/ticket.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { gatewaySockets } from '../../shared/connections/gateway-sockets.ts';
import { randomIds } from '../../shared/ids.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  aContext,
  aSocketEvent,
  type FrameCall,
  pushedFrames,
  type SignedIn,
  signUp,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
const gateway = mockClient(ApiGatewayManagementApiClient);
const perUserMax = 3;
const ownPage = 'https://chat.example.org';
const foreignPages = ['https://evil.example', 'null', '', 'https://chat.example.org.evil.example'];
type SocketFunction = (event: unknown, context: unknown) => Promise<unknown>;
let authorize: SocketFunction;
let connect: SocketFunction;
let disconnect: SocketFunction;
let ping: SocketFunction;
let anna: SignedIn;

beforeAll(async () => {
  stubEnvironment(database(), { CONNECTIONS_PER_USER_MAX: String(perUserMax) });
  authorize = (await import('./authorize-connection.ts')).handler as SocketFunction;
  connect = (await import('./connect.ts')).handler as SocketFunction;
  disconnect = (await import('./disconnect.ts')).handler as SocketFunction;
  ping = (await import('./ping.ts')).handler as SocketFunction;
  anna = await signUp(database(), 'anna');
});

beforeEach(() => {
  gateway.reset();
  gateway.on(PostToConnectionCommand).resolves({});
  gateway.on(DeleteConnectionCommand).resolves({});
});

const sessionStore = () =>
  dynamoSessionStore({
    client: database().client,
    authTable: database().tables.authTable,
    clock: systemClock,
    backoff: instantBackoff(),
  });
const connectionStore = () =>
  dynamoConnectionStore({
    client: database().client,
    connectionsTable: database().tables.connectionsTable,
    clock: systemClock,
  });

async function ticketFor(identity: Identity) {
  const { client, tables } = database();
  const tickets = dynamoTicketStore(client, tables.authTable);
  const deps = { tickets, ids: randomIds, clock: systemClock, webSocketUrl: 'wss://x' };
  return (await issueTicket(identity, deps)).ticket;
}

async function connectionsOf({ userId }: Identity) {
  return (await connectionStore().ofUsers([userId])).map(({ connectionId }) => connectionId).sort();
}

const methodArn = 'arn:aws:execute-api:eu-central-1:000000000000:api/live/$connect';
const knock = (ticket?: string, headers: Record<string, string> = {}) =>
  authorize({ type: 'REQUEST', methodArn, headers, queryStringParameters: ticket && { ticket } }, aContext());
const denied = { policyDocument: { Statement: [{ Effect: 'Deny' }] } };
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
    await sessionStore().end(gone.userId, [gone.sessionId]);
    expect(await knock(ticket)).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
  });

  it('[C5] denies a page of another origin, and leaves the ticket to its owner (ASVS 4.4.2)', async () => {
    const ticket = await ticketFor(anna);
    for (const origin of foreignPages) {
      const answer = await knock(ticket, { Origin: origin });
      expect(answer).toMatchObject({ principalId: 'anonymous', ...denied });
      expect(answer).not.toHaveProperty('context');
    }
    expect(await knock(ticket, { Origin: ownPage })).toMatchObject({ principalId: anna.userId });
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

  it('[C5] refuse a page of another origin there, and leave the ticket to its owner', async () => {
    const dora = await signUp(database(), 'dora');
    const ticket = await ticketFor(dora);
    for (const origin of foreignPages) {
      expect(await open({ connectionId: 'd1', ticket, origin })).toEqual({ statusCode: 403 });
    }
    expect(await open({ connectionId: 'd1', ticket, origin: ownPage })).toEqual({ statusCode: 200 });
    expect(await connectionsOf(dora)).toEqual(['d1']);
  });

  it('[P8] refuse a session that ended after its ticket was taken, and leave nothing to push to', async () => {
    const late = await signUp(database(), 'late');
    await sessionStore().end(late.userId, [late.sessionId]);
    expect(await open({ connectionId: 'l1', identity: late })).toEqual({ statusCode: 401 });
    expect(await connectionsOf(late)).toEqual([]);
  });

  it('[C6] end the oldest connection of a person who opens too many, with a notice', async () => {
    const cleo = await signUp(database(), 'cleo');
    const connections = connectionStore();
    const earlier = { now: () => systemClock.now() - 60_000 };
    const { client, tables } = database();
    const before = dynamoConnectionStore({ client, ...tables, clock: earlier });
    await before.open({ ...cleo, connectionId: 'oldest' });
    for (const connectionId of ['x1', 'x2', 'x3']) {
      expect(await open({ connectionId, identity: cleo })).toEqual({ statusCode: 200 });
    }
    expect(await connectionsOf(cleo)).toEqual(['x1', 'x2', 'x3']);
    const notice = { type: 'system.notice', code: 'connection.replaced', params: {}, severity: 'warning' };
    expect(pushedFrames(gateway)).toEqual([['oldest', notice]]);
    expect(gateway.commandCalls(DeleteConnectionCommand)[0]?.args[0].input).toEqual({
      ConnectionId: 'oldest',
    });
    expect(await connections.identify('oldest')).toBeUndefined();
  });

  it('[C6] open the new one also when the oldest cannot be closed', async () => {
    const carl = await signUp(database(), 'carl');
    gateway.on(DeleteConnectionCommand).rejects(new LimitExceededException({ message: '', $metadata: {} }));
    for (const connectionId of ['y1', 'y2', 'y3', 'y4']) {
      expect(await open({ connectionId, identity: carl })).toEqual({ statusCode: 200 });
    }
  });

  it('[A1] let nobody in without', async () => {
    for (const ticket of [undefined, '', 'x', 'A'.repeat(43)]) {
      const call = { connectionId: 'stranger', ...(ticket !== undefined && { ticket }) };
      expect(await open(call)).toEqual({ statusCode: 401 });
    }
  });
});

describe('a socket whose session ends', () => {
  const pingFrom = (connectionId: string, identity: Identity | null) =>
    ping(aSocketEvent('{"action":"ping"}', { connectionId, identity }), aContext());

  it('[P8] is refused from the next frame on, also when its connection could not be deleted', async () => {
    const fred = await signUp(database(), 'fred');
    await open({ connectionId: 'f1', identity: fred });
    await pingFrom('f1', fred);
    expect(pushedFrames(gateway)).toMatchObject([['f1', { type: 'pong' }]]);
    gateway.resetHistory();

    gateway.on(DeleteConnectionCommand).rejects(new LimitExceededException({ message: '', $metadata: {} }));
    const deps = {
      sessions: sessionStore(),
      connections: connectionStore(),
      gateway: gatewaySockets(new ApiGatewayManagementApiClient({ endpoint: 'https://x.example' }), () => {}),
    };
    const ended = { userId: fred.userId, sessionIds: [fred.sessionId] };
    await expect(closeSessions(ended, deps)).rejects.toThrow('could not be closed');
    expect(pushedFrames(gateway)).toEqual([['f1', { type: 'session.ended' }]]);
    expect(await connectionsOf(fred)).toEqual([]);
    gateway.resetHistory();

    // With what the authorizer said about it, and where there was none and the connection is looked up.
    for (const identity of [fred, null]) await pingFrom('f1', identity);
    expect(pushedFrames(gateway)).toMatchObject([
      ['f1', { type: 'error', code: 'auth.session_ended' }],
      ['f1', { type: 'error', code: 'auth.session_ended' }],
    ]);
  });

  it('[P8] is refused before anything was done about its socket: the gate is asked for each frame', async () => {
    const gina = await signUp(database(), 'gina');
    await open({ connectionId: 'g1', identity: gina });
    await sessionStore().end(gina.userId, [gina.sessionId]);
    await pingFrom('g1', gina);
    expect(pushedFrames(gateway)).toMatchObject([['g1', { type: 'error', code: 'auth.session_ended' }]]);
  });
});
