import { createConnection } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aWebSocketApi, closeAll, connect, type SeenEvent, startGateway, upgradeRequest } from './testing.ts';

afterEach(closeAll);

const timeout = { integrationTimeoutMs: 5_000 };

function withAuthorizer(identitySources: string[]) {
  const { routes } = aWebSocketApi();
  const [first, ...others] = routes;
  if (!first) throw new Error('no $connect');
  const authorizer = { functionName: 'authorize', identitySources };
  return aWebSocketApi({ routes: [{ ...first, authorizer }, ...others] });
}

const byTicket = withAuthorizer(['route.request.querystring.ticket']);

function policy(effect: 'Allow' | 'Deny', resource: unknown, context?: object) {
  const Statement = [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource }];
  return { principalId: 'user-1', policyDocument: { Version: '2012-10-17', Statement }, context };
}

const allow = (event: SeenEvent) =>
  policy('Allow', event.methodArn, { user_id: 'u_1', level: 3, admin: false });

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
describe('the authorizer of $connect', () => {
  it('gets the REQUEST event of a WebSocket API', async () => {
    const rig = await startGateway({ webSocketApi: byTicket, handlers: { authorize: allow } });
    await connect(`${rig.webSocketUrl}?ticket=t1&a=1&a=2`, {
      headers: { 'X-Custom': 'v', 'User-Agent': 'tests' },
    });
    const event = rig.invoker.eventOf('authorize');
    const { connectionId } = event.requestContext;
    expect(connectionId).toMatch(/^[\w-]{15}=$/);
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:wsapi1/live/$connect',
      headers: {
        'X-Custom': 'v',
        Host: `127.0.0.1:${rig.port}`,
        Upgrade: 'websocket',
        'X-Forwarded-Proto': 'http',
      },
      multiValueHeaders: { 'X-Custom': ['v'] },
      queryStringParameters: { ticket: 't1', a: '2' },
      multiValueQueryStringParameters: { ticket: ['t1'], a: ['1', '2'] },
      stageVariables: {},
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        messageDirection: 'IN',
        stage: 'live',
        apiId: 'wsapi1',
        domainName: `127.0.0.1:${rig.port}`,
        connectedAt: rig.clock.now(),
        requestTimeEpoch: rig.clock.now(),
        requestTime: '12/Mar/2026:19:03:58 +0000',
        identity: { sourceIp: '127.0.0.1', userAgent: 'tests' },
      },
    });
    expect(event.requestContext.requestId).toBe(event.requestContext.extendedRequestId);
  });

  it('gives its context as strings, with the principal, to $connect, to every message and to $disconnect', async () => {
    const rig = await startGateway({ webSocketApi: byTicket, handlers: { authorize: allow } });
    const client = await connect(`${rig.webSocketUrl}?ticket=t1`);
    client.socket.send('{"action":"message.send"}');
    client.socket.send('hello');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(1));
    client.socket.close();
    await vi.waitFor(() => expect(rig.invoker.eventsOf('disconnect')).toHaveLength(1));
    for (const name of ['connect', 'send', 'fallback', 'disconnect'])
      expect(rig.invoker.eventOf(name).requestContext.authorizer).toEqual({
        principalId: 'user-1',
        user_id: 'u_1',
        level: '3',
        admin: 'false',
        integrationLatency: 0,
      });
  });

  it.each([
    ['route.request.querystring.ticket', {}],
    ['route.request.querystring.ticket', { query: '?ticket=' }],
    ['route.request.header.X-Ticket', {}],
  ])(
    'is not called without its identity source %s: 401',
    async (source, { query = '' }: { query?: string }) => {
      const rig = await startGateway({
        webSocketApi: withAuthorizer([source]),
        handlers: { authorize: allow },
      });
      await expect(connect(rig.webSocketUrl + query)).rejects.toThrow('HTTP 401 {"message":"Unauthorized"}');
      expect(rig.invoker.calls).toEqual([]);
    },
  );

  it('finds a header as its identity source in any spelling', async () => {
    const webSocketApi = withAuthorizer(['route.request.header.X-Ticket']);
    const rig = await startGateway({ webSocketApi, handlers: { authorize: allow } });
    const client = await connect(rig.webSocketUrl, { headers: { 'x-ticket': 't' } });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it.each([
    ['a Deny', () => policy('Deny', '*')],
    ['an Allow for something else', () => policy('Allow', 'arn:aws:execute-api:*:*:other/*')],
    [
      'an Allow beside a Deny',
      (event: SeenEvent) => {
        const allowed = policy('Allow', event.methodArn);
        const denied = policy('Deny', '*');
        allowed.policyDocument.Statement.push(...denied.policyDocument.Statement);
        return allowed;
      },
    ],
    ['no statement', () => ({ principalId: 'p', policyDocument: { Statement: [] } })],
  ])('that answers with %s refuses with 403', async (_name, authorize) => {
    const rig = await startGateway({ webSocketApi: byTicket, handlers: { authorize } });
    await expect(connect(`${rig.webSocketUrl}?ticket=t`)).rejects.toThrow('HTTP 403');
    expect(rig.invoker.eventsOf('connect')).toEqual([]);
    expect(rig.gateway.connections()).toBe(0);
  });

  it.each([
    ['*', '*'],
    ['arn:aws:execute-api:*:000000000000:wsapi1/live/*', 'execute-api:*'],
    [
      ['arn:other', 'arn:aws:execute-api:us-east-?:*/$connect'],
      ['s3:GetObject', 'execute-api:Invoke'],
    ],
  ])('may allow by the wildcards of IAM: %j', async (Resource, Action) => {
    const policyDocument = { Statement: { Effect: 'Allow', Action, Resource } };
    const authorize = () => ({ principalId: 'p', policyDocument });
    const rig = await startGateway({ webSocketApi: byTicket, handlers: { authorize } });
    await connect(`${rig.webSocketUrl}?ticket=t`);
    expect(rig.gateway.connections()).toBe(1);
  });

  it.each([
    [
      'throws Unauthorized',
      () => {
        throw new Error('Unauthorized');
      },
      401,
    ],
    [
      'throws anything else',
      () => {
        throw new Error('down');
      },
      500,
    ],
    ['names no principal', () => ({ policyDocument: policy('Allow', '*').policyDocument }), 500],
    ['returns no policy', () => ({ principalId: 'p' }), 500],
    ['returns nothing', () => null, 500],
    ['has an object in its context', () => policy('Allow', '*', { deep: {} }), 500],
  ])('that %s refuses as documented', async (_name, authorize, status) => {
    const rig = await startGateway({ webSocketApi: byTicket, handlers: { authorize } });
    await expect(connect(`${rig.webSocketUrl}?ticket=t`)).rejects.toThrow(`HTTP ${status}`);
    expect(rig.invoker.eventsOf('connect')).toEqual([]);
  });

  it('with an identity source that this gateway does not know stops the start', async () => {
    const webSocketApi = withAuthorizer(['context.something']);
    await expect(startGateway({ webSocketApi })).rejects.toThrow('identity source "context.something"');
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
describe('the integration of $connect', () => {
  it('gets the event of the upgrade request', async () => {
    const rig = await startGateway();
    await connect(`${rig.webSocketUrl}?a=1`, { headers: { Origin: 'http://localhost' } });
    const event = rig.invoker.eventOf('connect');
    expect(event).toMatchObject({
      headers: { Origin: 'http://localhost', 'Sec-WebSocket-Version': '13' },
      multiValueHeaders: { Origin: ['http://localhost'] },
      queryStringParameters: { a: '1' },
      requestContext: { routeKey: '$connect', eventType: 'CONNECT', connectionId: expect.any(String) },
      isBase64Encoded: false,
    });
    expect(event.requestContext).not.toHaveProperty('authorizer');
    expect(event).not.toHaveProperty('body');
  });

  it('completes before the 101: until then the connection is pending and no message is read', async () => {
    const release = Promise.withResolvers<object>();
    const rig = await startGateway({ handlers: { connect: () => release.promise } });
    const opening = connect(rig.webSocketUrl);
    await vi.waitFor(() => expect(rig.invoker.calls).toHaveLength(1));
    expect(rig.gateway.connections()).toBe(0);
    release.resolve({ statusCode: 204 });
    await opening;
    expect(rig.gateway.connections()).toBe(1);
  });

  it.each([
    [301, 301],
    [401, 401],
    [403, 403],
    [500, 500],
    [503, 503],
  ])('that answers %i refuses the upgrade with it', async (statusCode, status) => {
    const rig = await startGateway({ handlers: { connect: () => ({ statusCode }) } });
    await expect(connect(rig.webSocketUrl)).rejects.toThrow(`HTTP ${status}`);
    await vi.waitFor(() => expect(rig.log).toMatchObject([{ eventType: 'CONNECT', status }]));
    expect(rig.invoker.eventsOf('disconnect')).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('x');
      },
    ],
    ['returns no status', () => ({})],
    ['returns nothing', () => null],
  ])('that %s refuses with 502', async (_name, handler) => {
    const rig = await startGateway({ handlers: { connect: handler } });
    await expect(connect(rig.webSocketUrl)).rejects.toThrow('HTTP 502 {"message":"Internal server error"}');
  });

  it('that is too late refuses with 504', async () => {
    const release = Promise.withResolvers<object>();
    const limits = { integrationTimeoutMs: 20 };
    const rig = await startGateway({ limits, handlers: { connect: () => release.promise } });
    await expect(connect(rig.webSocketUrl)).rejects.toThrow('HTTP 504');
    release.resolve({});
  });

  it('is not required', async () => {
    const routes = [{ routeKey: '$default', functionName: 'fallback', ...timeout }];
    const rig = await startGateway({ webSocketApi: aWebSocketApi({ routes }) });
    const client = await connect(rig.webSocketUrl);
    client.socket.close();
    expect((await client.closed).code).toBe(1005);
  });

  it('may choose one of the subprotocols of the client', async () => {
    const headers = { 'sec-websocket-protocol': 'chat.v2' };
    const rig = await startGateway({ handlers: { connect: () => ({ statusCode: 200, headers }) } });
    const client = await connect(rig.webSocketUrl, { protocols: ['chat.v1', 'chat.v2'] });
    expect(client.socket.protocol).toBe('chat.v2');
  });

  it('that chooses no subprotocol leaves a client that asked for one without', async () => {
    const rig = await startGateway();
    await expect(connect(rig.webSocketUrl, { protocols: ['chat.v1'] })).rejects.toThrow('subprotocol');
  });

  it('sees a connection end whose client left while it ran', async () => {
    const release = Promise.withResolvers<object>();
    const rig = await startGateway({ handlers: { connect: () => release.promise } });
    const raw = createConnection(rig.port, '127.0.0.1');
    raw.write(upgradeRequest(rig.port));
    await vi.waitFor(() => expect(rig.invoker.calls).toHaveLength(1));
    raw.destroy();
    release.resolve({ statusCode: 200 });
    await vi.waitFor(() => expect(rig.invoker.eventsOf('disconnect')).toHaveLength(1));
    expect(rig.invoker.eventOf('disconnect').requestContext).toMatchObject({
      disconnectStatusCode: 1006,
    });
    expect(rig.gateway.connections()).toBe(0);
  });
});

describe('an upgrade request', () => {
  it('to another path than the stage is 403', async () => {
    const { url, invoker } = await startGateway();
    for (const path of ['/', '/other', '/live/deeper', '/liveness'])
      await expect(connect(url.replace('http', 'ws') + path)).rejects.toThrow('HTTP 403');
    expect(invoker.calls).toEqual([]);
  });

  it('for a Host that is not the loopback is 421', async () => {
    const { webSocketUrl, invoker } = await startGateway();
    await expect(connect(webSocketUrl, { headers: { host: 'evil.example' } })).rejects.toThrow('HTTP 421');
    expect(invoker.calls).toEqual([]);
  });

  it.each([
    ['without a key', 'Sec-WebSocket-Version: 13\r\n'],
    ['with a key that is none', 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n'],
    ['of another version', 'Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'],
  ])('%s is 400 and reaches no function', async (_name, headers) => {
    const { port, invoker } = await startGateway();
    const raw = createConnection(port, '127.0.0.1').setEncoding('utf8');
    let answer = '';
    raw.on('data', (text: string) => {
      answer += text;
    });
    raw.write(
      `GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`,
    );
    await new Promise((resolve) => raw.on('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(invoker.calls).toEqual([]);
  });

  it('to something else than a WebSocket is an ordinary request', async () => {
    const { port } = await startGateway();
    const raw = createConnection(port, '127.0.0.1').setEncoding('utf8');
    raw.write('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n');
    const answer = await new Promise<string>((resolve) => raw.once('data', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    raw.destroy();
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
  it('over the throttle of the stage is 429', async () => {
    const rig = await startGateway({
      webSocketApi: aWebSocketApi({ throttle: { burst: 1, ratePerSecond: 1 } }),
    });
    await connect(rig.webSocketUrl);
    await expect(connect(rig.webSocketUrl)).rejects.toThrow('HTTP 429 {"message":"Too Many Requests"}');
    rig.clock.advance(1_000);
    await connect(rig.webSocketUrl);
  });

  it('never leaves its query string in the access log', async () => {
    const rig = await startGateway({ webSocketApi: byTicket, handlers: { authorize: allow } });
    const client = await connect(`${rig.webSocketUrl}?ticket=secret`);
    client.socket.close();
    await vi.waitFor(() => expect(rig.log).toHaveLength(2));
    expect(rig.log).toMatchObject([
      { api: 'websocket', eventType: 'CONNECT', routeKey: '$connect', status: 101 },
      { api: 'websocket', eventType: 'DISCONNECT', routeKey: '$disconnect', status: 200 },
    ]);
    expect(JSON.stringify(rig.log)).not.toContain('secret');
  });
});
