import { afterEach, describe, expect, it, vi } from 'vitest';
import { aWebSocketApi, closeAll, connect, type SeenEvent, startGateway } from './testing.ts';

afterEach(closeAll);

const timeout = { integrationTimeoutMs: 5_000 };

// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
describe('the route of a message', () => {
  it.each([
    ['{"action":"message.send"}', 'message.send'],
    ['{"action":"unknown"}', '$default'],
    ['{"action":7}', '$default'],
    ['{"action":null}', '$default'],
    ['{}', '$default'],
    ['[]', '$default'],
    ['null', '$default'],
    ['"message.send"', '$default'],
    ['not json', '$default'],
    ['', '$default'],
    ['{"action":"$connect"}', '$default'],
    ['{"action":"$disconnect"}', '$default'],
    ['{"action":"__proto__"}', '$default'],
    ['{"__proto__":{"action":"message.send"}}', '$default'],
  ])('%s is %s', async (frame, routeKey) => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl);
    client.socket.send(frame);
    const functionName = routeKey === '$default' ? 'fallback' : 'send';
    await vi.waitFor(() => expect(rig.invoker.eventsOf(functionName)).toHaveLength(1));
    const event = rig.invoker.eventOf(functionName);
    expect(event.requestContext.routeKey).toBe(routeKey);
    expect(event.body).toBe(frame);
    expect(rig.invoker.calls).toHaveLength(2);
  });

  it('may be selected by a nested property', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS's second spelling of a selection expression
    const webSocketApi = aWebSocketApi({ routeSelectionExpression: '${request.body.meta.type}' });
    const rig = await startGateway({ webSocketApi });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('{"meta":{"type":"message.send"}}');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('send')).toHaveLength(1));
  });

  it('must be selected by a property of the body, or the gateway does not start', async () => {
    const webSocketApi = aWebSocketApi({ routeSelectionExpression: '$request.header.x' });
    await expect(startGateway({ webSocketApi })).rejects.toThrow('$request.header.x');
  });

  it('that does not exist, without $default, is answered with Forbidden', async () => {
    const routes = [{ routeKey: 'message.send', functionName: 'send', ...timeout }];
    const rig = await startGateway({ webSocketApi: aWebSocketApi({ routes }) });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('{"action":"nope"}');
    expect(JSON.parse(await client.next())).toEqual({
      message: 'Forbidden',
      connectionId: expect.any(String),
      requestId: expect.any(String),
    });
    expect(rig.invoker.calls).toEqual([]);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
describe('a message', () => {
  it('is an event of its own', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl, { headers: { 'User-Agent': 'tests' } });
    rig.clock.advance(1_000);
    client.socket.send('{"action":"message.send","é":1}');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('send')).toHaveLength(1));
    const connected = rig.invoker.eventOf('connect').requestContext;
    const event = rig.invoker.eventOf('send');
    expect(event).toEqual({
      requestContext: {
        routeKey: 'message.send',
        messageId: expect.stringMatching(/^[\w-]{15}=$/),
        eventType: 'MESSAGE',
        extendedRequestId: event.requestContext.requestId,
        requestTime: '12/Mar/2026:19:03:59 +0000',
        messageDirection: 'IN',
        stage: 'live',
        connectedAt: connected.connectedAt,
        requestTimeEpoch: connected.connectedAt + 1_000,
        identity: { sourceIp: '127.0.0.1', userAgent: 'tests' },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        domainName: `127.0.0.1:${rig.port}`,
        connectionId: connected.connectionId,
        apiId: 'wsapi1',
      },
      body: '{"action":"message.send","é":1}',
      isBase64Encoded: false,
    });
  });

  it('does not wait for the one before it on the same connection', async () => {
    const release = Promise.withResolvers<object>();
    const rig = await startGateway({
      handlers: { send: (event: SeenEvent) => (event.body.includes('slow') ? release.promise : {}) },
    });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('{"action":"message.send","n":"slow"}');
    client.socket.send('{"action":"message.send","n":"fast"}');
    await vi.waitFor(() => expect(rig.log.filter((entry) => entry.eventType === 'MESSAGE')).toHaveLength(1));
    expect(rig.invoker.eventsOf('send')).toHaveLength(2);
    release.resolve({});
    await vi.waitFor(() => expect(rig.log.filter((entry) => entry.eventType === 'MESSAGE')).toHaveLength(2));
  });

  it('has no answer, whatever the function returns', async () => {
    const results = [{ statusCode: 200, body: 'hello' }, { statusCode: 500 }, 'text', null];
    const rig = await startGateway({
      handlers: {
        fallback: (event: SeenEvent) => results[Number(event.body)],
        send() {
          throw new Error('the only answer');
        },
      },
    });
    const client = await connect(rig.webSocketUrl);
    for (const index of results.keys()) client.socket.send(String(index));
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(results.length));
    client.socket.send('{"action":"message.send"}');
    await client.next();
    expect(client.received).toHaveLength(1);
  });

  it('whose function fails is answered with an error, and the connection stays', async () => {
    const rig = await startGateway({
      handlers: {
        send() {
          throw new RangeError('secret detail');
        },
      },
    });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('{"action":"message.send"}');
    const { connectionId, requestId } = rig.invoker.eventOf('connect').requestContext;
    const answer = JSON.parse(await client.next());
    expect(answer).toEqual({ message: 'Internal server error', connectionId, requestId: expect.any(String) });
    expect(answer.requestId).toBe(rig.invoker.eventOf('send').requestContext.requestId);
    expect(answer.requestId).not.toBe(requestId);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    await vi.waitFor(() => expect(rig.log).toHaveLength(2));
    expect(rig.log[1]).toMatchObject({
      status: 500,
      integrationError: 'RangeError',
      routeKey: 'message.send',
    });
    expect(JSON.stringify(rig.log)).not.toContain('secret');
  });

  it('whose function does not exist is answered with an error', async () => {
    const routes = [{ routeKey: '$default', functionName: 'nowhere', ...timeout }];
    const rig = await startGateway({ webSocketApi: aWebSocketApi({ routes }) });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('x');
    expect(JSON.parse(await client.next())).toMatchObject({ message: 'Internal server error' });
  });

  it('whose function is too late is answered with an error', async () => {
    const release = Promise.withResolvers<object>();
    const limits = { integrationTimeoutMs: 20 };
    const rig = await startGateway({ limits, handlers: { fallback: () => release.promise } });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('x');
    expect(JSON.parse(await client.next())).toMatchObject({ message: 'Endpoint request timed out' });
    release.resolve({});
  });

  it('whose connection ends while its function fails hurts nobody', async () => {
    const release = Promise.withResolvers<never>();
    const rig = await startGateway({ handlers: { fallback: () => release.promise } });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('x');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(1));
    client.socket.terminate();
    await vi.waitFor(() => expect(rig.gateway.connections()).toBe(0));
    release.reject(new Error('late'));
    await vi.waitFor(() => expect(rig.log.map((entry) => entry.eventType)).toContain('MESSAGE'));
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
  it('over the throttle of the stage is refused with an error, and the connection stays', async () => {
    const rig = await startGateway({
      webSocketApi: aWebSocketApi({ throttle: { burst: 2, ratePerSecond: 1 } }),
    });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('1');
    client.socket.send('2');
    expect(JSON.parse(await client.next())).toMatchObject({ message: 'Too Many Requests' });
    expect(rig.invoker.eventsOf('fallback')).toHaveLength(1);
    rig.clock.advance(1_000);
    client.socket.send('3');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(2));
  });
});
