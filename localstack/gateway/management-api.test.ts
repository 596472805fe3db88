import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  ForbiddenException,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeAll, connect, type Rig, startGateway } from './testing.ts';

const sdkClients: ApiGatewayManagementApiClient[] = [];

afterEach(async () => {
  for (const client of sdkClients.splice(0)) client.destroy();
  await closeAll();
});

function sdk(rig: Rig, accessKeyId = 'TESTKEY'): ApiGatewayManagementApiClient {
  const client = new ApiGatewayManagementApiClient({
    endpoint: `${rig.url}/live`,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  sdkClients.push(client);
  return client;
}

async function connected(rig: Rig) {
  const client = await connect(rig.webSocketUrl, { headers: { 'User-Agent': 'tests' } });
  const ConnectionId: string = rig.invoker.eventOf('connect', -1).requestContext.connectionId;
  return { client, ConnectionId };
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
describe('@connections, called with the AWS SDK', () => {
  it('posts one text message each, in the order of the posts', async () => {
    const rig = await startGateway();
    const { client, ConnectionId } = await connected(rig);
    const api = sdk(rig);
    for (const Data of ['{"n":1}', 'é', ''])
      await api.send(new PostToConnectionCommand({ ConnectionId, Data }));
    expect([await client.next(), await client.next(), await client.next()]).toEqual(['{"n":1}', 'é', '']);
  });

  it('posts up to 128 KB and raises PayloadTooLargeException beyond', async () => {
    const rig = await startGateway();
    const { client, ConnectionId } = await connected(rig);
    const api = sdk(rig);
    const post = (bytes: number) =>
      api.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.alloc(bytes, 'x') }));
    await post(128 * 1024);
    expect(await client.next()).toHaveLength(128 * 1024);
    await expect(post(128 * 1024 + 1)).rejects.toThrow(PayloadTooLargeException);
    expect(client.received).toHaveLength(1);
  });

  it('raises GoneException for a connection that never was, was closed, or is lost', async () => {
    const rig = await startGateway();
    const api = sdk(rig);
    const post = (ConnectionId: string) => api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    await expect(post('SOqGjdZioAMCEeg=')).rejects.toThrow(GoneException);
    const { client, ConnectionId } = await connected(rig);
    client.socket.close();
    await client.closed;
    await expect(post(ConnectionId)).rejects.toThrow(GoneException);
    await expect(api.send(new GetConnectionCommand({ ConnectionId }))).rejects.toThrow(GoneException);
    await expect(api.send(new DeleteConnectionCommand({ ConnectionId }))).rejects.toThrow(GoneException);
    const lost = await connected(rig);
    rig.gateway.dropConnection(lost.ConnectionId);
    await lost.client.closed;
    await expect(post(lost.ConnectionId)).rejects.toThrow(GoneException);
  });

  it('raises GoneException while the connection is pending', async () => {
    const posted = Promise.withResolvers<unknown>();
    const rig: Rig = await startGateway({
      handlers: {
        async connect(event) {
          const { connectionId: ConnectionId } = event.requestContext;
          posted.resolve(
            await sdk(rig)
              .send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))
              .catch((e) => e),
          );
          return { statusCode: 200 };
        },
      },
    });
    await connect(rig.webSocketUrl);
    expect(await posted.promise).toBeInstanceOf(GoneException);
  });

  it('raises ForbiddenException for another access key', async () => {
    const rig = await startGateway();
    const { client, ConnectionId } = await connected(rig);
    const other = sdk(rig, 'OTHERKEY');
    for (const command of [
      new PostToConnectionCommand({ ConnectionId, Data: 'x' }),
      new PostToConnectionCommand({ ConnectionId: 'unknown=', Data: 'x' }),
    ])
      await expect(other.send(command)).rejects.toThrow(ForbiddenException);
    await expect(other.send(new DeleteConnectionCommand({ ConnectionId }))).rejects.toThrow(
      ForbiddenException,
    );
    expect(client.received).toEqual([]);
    expect(rig.gateway.connections()).toBe(1);
  });

  it('is 403 without a signature', async () => {
    const rig = await startGateway();
    const { ConnectionId } = await connected(rig);
    const response = await fetch(`${rig.url}/live/@connections/${encodeURIComponent(ConnectionId)}`);
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('ForbiddenException');
  });

  it('raises LimitExceededException when the client does not read and its buffer is full', async () => {
    const rig = await startGateway({ limits: { sendBufferMaxBytes: 256 * 1024 } });
    const { client, ConnectionId } = await connected(rig);
    const api = sdk(rig);
    client.socket.pause();
    const post = () =>
      api.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.alloc(128 * 1024, 'x') }));
    let posts = 0;
    const fill = async () => {
      for (; posts < 500; posts++) await post();
    };
    await expect(fill()).rejects.toThrow(LimitExceededException);
    expect(posts).toBeGreaterThan(0);
    client.socket.resume();
    await vi.waitFor(() => expect(client.received).toHaveLength(posts));
    await post();
  });

  it('describes a connection', async () => {
    const rig = await startGateway();
    const { ConnectionId } = await connected(rig);
    const connectedAt = new Date(rig.clock.now());
    rig.clock.advance(60_000);
    const api = sdk(rig);
    await api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    expect(await api.send(new GetConnectionCommand({ ConnectionId }))).toMatchObject({
      ConnectedAt: connectedAt,
      Identity: { SourceIp: '127.0.0.1', UserAgent: 'tests' },
      LastActiveAt: new Date(rig.clock.now()),
    });
  });

  it('counts what the client sends and what it is answered as activity too', async () => {
    const answered = Promise.withResolvers<void>();
    const rig = await startGateway({
      handlers: {
        async send() {
          await answered.promise;
          throw new Error('x');
        },
      },
    });
    const { client, ConnectionId } = await connected(rig);
    const lastActiveAt = async () =>
      (await sdk(rig).send(new GetConnectionCommand({ ConnectionId }))).LastActiveAt?.getTime();
    rig.clock.advance(60_000);
    client.socket.send('{"action":"message.send"}');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('send')).toHaveLength(1));
    const sentAt = rig.clock.now();
    rig.clock.advance(1_000);
    expect(await lastActiveAt()).toBe(sentAt);
    answered.resolve();
    await client.next();
    expect(await lastActiveAt()).toBe(sentAt + 1_000);
  });

  it('counts a post as activity of the connection', async () => {
    const rig = await startGateway();
    const { client, ConnectionId } = await connected(rig);
    rig.clock.advance(9 * 60_000);
    await sdk(rig).send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    rig.clock.advance(9 * 60_000);
    const reached = sdk(rig).send(new GetConnectionCommand({ ConnectionId }));
    expect((await reached).$metadata.httpStatusCode).toBe(200);
    rig.clock.advance(60_000);
    expect((await client.closed).code).toBe(1001);
  });

  it('deletes a connection, which the client sees closed and $disconnect sees too', async () => {
    const rig = await startGateway();
    const { client, ConnectionId } = await connected(rig);
    const deleted = await sdk(rig).send(new DeleteConnectionCommand({ ConnectionId }));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    expect(await client.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
    await vi.waitFor(() => expect(rig.invoker.eventsOf('disconnect')).toHaveLength(1));
    expect(rig.invoker.eventOf('disconnect').requestContext).toMatchObject({
      connectionId: ConnectionId,
      disconnectStatusCode: 1000,
    });
  });

  it('raises GoneException for a connection that is closing, before its client has answered', async () => {
    const rig = await startGateway();
    const { client, ConnectionId } = await connected(rig);
    client.socket.pause();
    const api = sdk(rig);
    await api.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(rig.gateway.connections()).toBe(1);
    await expect(api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toThrow(
      GoneException,
    );
    client.socket.resume();
    await client.closed;
  });

  it('has no other methods and paths', async () => {
    const rig = await startGateway();
    const { ConnectionId } = await connected(rig);
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=TESTKEY/20260312/us-east-1/execute-api/aws4_request',
    };
    const path = `${rig.url}/live/@connections`;
    expect((await fetch(`${path}/${ConnectionId}`, { method: 'PUT', headers })).status).toBe(404);
    expect((await fetch(`${path}/${ConnectionId}/deeper`, { headers })).status).toBe(404);
    expect((await fetch(path, { headers })).status).toBe(404);
    expect((await fetch(`${rig.url}/other/@connections/${ConnectionId}`, { headers })).status).toBe(404);
  });

  it('leaves an entry in the access log', async () => {
    const rig = await startGateway();
    const { ConnectionId } = await connected(rig);
    await sdk(rig).send(new PostToConnectionCommand({ ConnectionId, Data: 'private' }));
    await vi.waitFor(() => expect(rig.log).toHaveLength(2));
    expect(rig.log[1]).toMatchObject({ api: 'management', connectionId: ConnectionId, status: 200 });
    expect(JSON.stringify(rig.log)).not.toContain('private');
  });
});
