import { createConnection } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeAll, connect, encodeFrame, type Rig, startGateway, upgradeRequest } from './testing.ts';

afterEach(closeAll);

async function disconnectOf(rig: Rig) {
  await vi.waitFor(() => expect(rig.invoker.eventsOf('disconnect')).toHaveLength(1));
  return rig.invoker.eventOf('disconnect');
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
describe('a connection', () => {
  it('takes a frame of 32 KB, and ends with 1009 at one byte more', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl);
    client.socket.send('a'.repeat(32 * 1024));
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(1));
    client.socket.send('a'.repeat(32 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
    expect((await disconnectOf(rig)).requestContext).toMatchObject({ disconnectStatusCode: 1009 });
    expect(rig.invoker.eventsOf('fallback')).toHaveLength(1);
  });

  it('takes a message of 128 KB in four frames, and ends with 1009 at one byte more', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl);
    const part = 'a'.repeat(32 * 1024);
    for (const fin of [false, false, false, true]) client.socket.send(part, { fin });
    await vi.waitFor(() => expect(rig.invoker.eventOf('fallback')?.body).toHaveLength(128 * 1024));
    for (const fin of [false, false, false, false]) client.socket.send(part, { fin });
    client.socket.send('a', { fin: true });
    expect((await client.closed).code).toBe(1009);
    expect(rig.invoker.eventsOf('fallback')).toHaveLength(1);
  });

  it('delivers what came before an oversized frame in the same packet, and nothing after it', async () => {
    const rig = await startGateway();
    const texts = ['before', 'b'.repeat(33_000), 'after'];
    const frames = texts.map((text) => encodeFrame({ opcode: 1, fin: true, payload: Buffer.from(text) }));
    const raw = createConnection(rig.port, '127.0.0.1');
    raw.write(Buffer.concat([Buffer.from(upgradeRequest(rig.port)), ...frames]));
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(1));
    raw.end();
    expect((await disconnectOf(rig)).requestContext).toMatchObject({ disconnectStatusCode: 1009 });
    expect(rig.invoker.eventsOf('fallback').map((event) => event.body)).toEqual(['before']);
  });

  it('ends with 1009 at a frame that announces megabytes, without reading them', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl);
    client.socket.send('c'.repeat(5_000_000));
    expect((await client.closed).code).toBe(1009);
    expect((await disconnectOf(rig)).requestContext).toMatchObject({ disconnectStatusCode: 1009 });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html
  it('ends with 1003 at a binary frame', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl);
    client.socket.send(Buffer.from('x'));
    client.socket.send('after');
    expect((await client.closed).code).toBe(1003);
    await disconnectOf(rig);
    expect(rig.invoker.eventsOf('fallback')).toEqual([]);
  });

  it('ends with 1001 Going away after ten minutes without a message', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl);
    rig.clock.advance(9 * 60_000);
    client.socket.send('still here');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(1));
    rig.clock.advance(9 * 60_000);
    const event = rig.invoker.eventOf('connect');
    client.socket.ping();
    await new Promise((resolve) => client.socket.once('pong', resolve));
    expect(rig.gateway.connections()).toBe(1);
    rig.clock.advance(60_000);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect((await disconnectOf(rig)).requestContext).toMatchObject({
      connectionId: event.requestContext.connectionId,
      disconnectStatusCode: 1001,
      disconnectReason: 'Going away',
    });
  });

  it('ends with 1001 after two hours, however busy', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl);
    for (let fiveMinutes = 1; fiveMinutes < 24; fiveMinutes++) {
      rig.clock.advance(5 * 60_000);
      client.socket.send('busy');
      await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(fiveMinutes), {
        interval: 2,
      });
    }
    expect(rig.gateway.connections()).toBe(1);
    rig.clock.advance(5 * 60_000);
    expect((await client.closed).code).toBe(1001);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
describe('$disconnect', () => {
  it('tells how the client closed', async () => {
    const rig = await startGateway();
    const client = await connect(rig.webSocketUrl, { headers: { 'User-Agent': 'tests' } });
    const connected = rig.invoker.eventOf('connect').requestContext;
    client.socket.close(4001, 'bye');
    const event = await disconnectOf(rig);
    expect(event).toEqual({
      headers: {
        Host: connected.domainName,
        'x-api-key': '',
        'X-Forwarded-For': '127.0.0.1',
        'x-restapi': '',
      },
      multiValueHeaders: {
        Host: [connected.domainName],
        'x-api-key': [''],
        'X-Forwarded-For': ['127.0.0.1'],
        'x-restapi': [''],
      },
      requestContext: {
        ...connected,
        routeKey: '$disconnect',
        eventType: 'DISCONNECT',
        requestId: event.requestContext.requestId,
        extendedRequestId: event.requestContext.requestId,
        disconnectStatusCode: 4001,
        disconnectReason: 'bye',
      },
      isBase64Encoded: false,
    });
    expect(rig.gateway.connections()).toBe(0);
  });

  it('says that a client gave no status', async () => {
    const rig = await startGateway();
    (await connect(rig.webSocketUrl)).socket.close();
    expect((await disconnectOf(rig)).requestContext).toMatchObject({
      disconnectStatusCode: 1005,
      disconnectReason: 'Client-side close frame status not set',
    });
  });

  it('comes as 1006 when the TCP connection is lost', async () => {
    const rig = await startGateway();
    (await connect(rig.webSocketUrl)).socket.terminate();
    expect((await disconnectOf(rig)).requestContext).toMatchObject({ disconnectStatusCode: 1006 });
  });

  it('is best effort: a share of the events may be dropped, here the first of two', async () => {
    const draws = [0.2, 0.4];
    const rig = await startGateway({ limits: { dropDisconnectRate: 0.3 }, random: () => draws.shift() ?? 1 });
    const [first, second] = [await connect(rig.webSocketUrl), await connect(rig.webSocketUrl)];
    first.socket.close(4001);
    await vi.waitFor(() => expect(draws).toHaveLength(1));
    second.socket.close(4002);
    expect((await disconnectOf(rig)).requestContext).toMatchObject({ disconnectStatusCode: 4002 });
  });

  it('is lost for a connection that is lost without it, and comes for the others', async () => {
    const rig = await startGateway();
    const lost = await connect(rig.webSocketUrl);
    const { connectionId } = rig.invoker.eventOf('connect').requestContext;
    const other = await connect(rig.webSocketUrl);
    rig.gateway.loseConnection(connectionId);
    expect((await lost.closed).code).toBe(1006);
    await vi.waitFor(() => expect(rig.gateway.connections()).toBe(1));
    other.socket.close(4002);
    expect((await disconnectOf(rig)).requestContext).toMatchObject({ disconnectStatusCode: 4002 });
  });

  it('is lost from when a test asks for it until it takes that back', async () => {
    const rig = await startGateway();
    const draws = [0.4, 0.6];
    rig.gateway.dropDisconnects(0.5, () => draws.shift() ?? 1);
    for (const code of [4001, 4002]) {
      (await connect(rig.webSocketUrl)).socket.close(code);
      await vi.waitFor(() => expect(draws).toHaveLength(4002 - code));
    }
    expect((await disconnectOf(rig)).requestContext).toMatchObject({ disconnectStatusCode: 4002 });
    rig.gateway.dropDisconnects(0);
    (await connect(rig.webSocketUrl)).socket.close(4003);
    await vi.waitFor(() => expect(rig.invoker.eventsOf('disconnect')).toHaveLength(2));
    expect(() => rig.gateway.dropDisconnects(1.5)).toThrow('A probability is from 0 to 1, and not 1.5');
  });

  it('may fail without consequence', async () => {
    const rig = await startGateway({
      handlers: {
        disconnect() {
          throw new Error('x');
        },
      },
    });
    (await connect(rig.webSocketUrl)).socket.close();
    await vi.waitFor(() => expect(rig.log.at(-1)).toMatchObject({ eventType: 'DISCONNECT', status: 500 }));
    await connect(rig.webSocketUrl);
  });
});
