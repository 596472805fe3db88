import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGateway } from './gateway.ts';
import {
  aHttpApi,
  aWebSocketApi,
  closeAll,
  connect,
  fakeInvoker,
  manualClock,
  startGateway,
} from './testing.ts';

afterEach(closeAll);

describe('a gateway', () => {
  it('says where it listens, on the loopback', async () => {
    const { port, url } = await startGateway();
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });

  it('refuses to start on a port that is taken', async () => {
    const { port } = await startGateway();
    const second = createGateway({
      httpApi: aHttpApi({}),
      webSocketApi: aWebSocketApi(),
      invoker: fakeInvoker({}),
      managementAccessKeyId: 'k',
      clock: manualClock(),
    });
    await expect(second.listen(port)).rejects.toThrow('EADDRINUSE');
    await second.close();
  });

  it('gives every connection an id of its own', async () => {
    const rig = await startGateway();
    await Promise.all(Array.from({ length: 20 }, () => connect(rig.webSocketUrl)));
    const ids = rig.invoker.eventsOf('connect').map((event) => event.requestContext.connectionId);
    expect(new Set(ids).size).toBe(20);
    expect(rig.gateway.connections()).toBe(20);
  });

  it('can drop connections as a lost network does: no close frame, one or all', async () => {
    const rig = await startGateway();
    const clients = [
      await connect(rig.webSocketUrl),
      await connect(rig.webSocketUrl),
      await connect(rig.webSocketUrl),
    ];
    rig.gateway.dropConnection(rig.invoker.eventOf('connect', 1).requestContext.connectionId);
    expect(await clients[1]?.closed).toEqual({ code: 1006, reason: '' });
    expect(rig.gateway.connections()).toBe(2);
    rig.gateway.dropConnection('all');
    expect(await clients[0]?.closed).toMatchObject({ code: 1006 });
    expect(await clients[2]?.closed).toMatchObject({ code: 1006 });
    await vi.waitFor(() => expect(rig.invoker.eventsOf('disconnect')).toHaveLength(3));
  });

  it('keeps idle HTTP connections longer than its clients do', async () => {
    const { url } = await startGateway();
    const { headers } = await fetch(url);
    expect(headers.get('keep-alive')).toBe('timeout=75');
  });
});

describe('closing a gateway', () => {
  it('ends every connection with 1001 and has told $disconnect when it is done', async () => {
    const rig = await startGateway();
    const clients = [await connect(rig.webSocketUrl), await connect(rig.webSocketUrl)];
    await rig.gateway.close();
    for (const client of clients) expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect(
      rig.invoker.eventsOf('disconnect').map((event) => event.requestContext.disconnectStatusCode),
    ).toEqual([1001, 1001]);
    await expect(fetch(rig.url)).rejects.toThrow();
  });

  it('waits for functions that still run, and lets their answers out', async () => {
    const release = Promise.withResolvers<object>();
    const rig = await startGateway({
      httpApi: aHttpApi({ 'GET /x': 'f' }),
      handlers: { f: () => release.promise },
    });
    const response = fetch(`${rig.url}/x`);
    await vi.waitFor(() => expect(rig.invoker.calls).toHaveLength(1));
    const closing = rig.gateway.close();
    release.resolve({ statusCode: 200, body: 'late but whole' });
    expect(await (await response).text()).toBe('late but whole');
    await closing;
  });

  it('does not wait for ever: not for a function, not for a client that answers no close', async () => {
    const never = Promise.withResolvers<object>();
    const rig = await startGateway({
      limits: { closeGraceMs: 30 },
      handlers: { fallback: () => never.promise },
    });
    const client = await connect(rig.webSocketUrl);
    client.socket.send('x');
    await vi.waitFor(() => expect(rig.invoker.eventsOf('fallback')).toHaveLength(1));
    client.socket.pause();
    await rig.gateway.close();
    expect(rig.gateway.connections()).toBe(0);
    client.socket.resume();
    await client.closed;
    never.resolve({});
  });

  it('ends a connection that was pending as soon as it opens', async () => {
    const release = Promise.withResolvers<object>();
    const rig = await startGateway({ handlers: { connect: () => release.promise } });
    const opening = connect(rig.webSocketUrl);
    await vi.waitFor(() => expect(rig.invoker.calls).toHaveLength(1));
    const closing = rig.gateway.close();
    release.resolve({ statusCode: 200 });
    expect((await (await opening).closed).code).toBe(1001);
    await closing;
    expect(rig.invoker.eventsOf('disconnect')).toHaveLength(1);
  });

  it('may be asked for twice', async () => {
    const { gateway } = await startGateway();
    await Promise.all([gateway.close(), gateway.close()]);
    await gateway.close();
  });
});
