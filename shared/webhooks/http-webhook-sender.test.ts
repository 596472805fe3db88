import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { httpWebhookSender } from './http-webhook-sender.ts';
import { resolveAnyName } from './resolve-name.ts';

async function listening(server: Server): Promise<{ url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.resume();
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, sockets };
}

const receiver = (listener: RequestListener) => listening(createServer(listener));

const answering = (status: number, headers: Record<string, string> = {}) =>
  receiver((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status, headers).end('thank you'));
  });

const sender = (timeoutMs = 5_000) =>
  httpWebhookSender({ targets: 'any', resolve: resolveAnyName, timeoutMs });
const request = (url: string) => ({ url, body: '{"ä":1}', headers: { 'content-type': 'application/json' } });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('the sender', () => {
  it('posts the body as it is, and answers with the status', async () => {
    const seen: unknown[] = [];
    const { url } = await receiver(async (incoming: IncomingMessage, response: ServerResponse) => {
      const { 'content-type': type, 'content-length': length } = incoming.headers;
      seen.push([incoming.method, incoming.url, type, length, await bodyOf(incoming)]);
      response.writeHead(202).end();
    });
    expect(await sender().post(request(`${url}?key=1`))).toEqual({ status: 202 });
    expect(seen).toEqual([['POST', '/hook?key=1', 'application/json', '8', '{"ä":1}']]);
  });

  it.each([200, 204, 299, 400, 404, 410, 500])('answers %i as it came', async (status) => {
    const { url } = await answering(status);
    expect(await sender().post(request(url))).toEqual({ status });
  });

  it('[W3] follows no redirect', async () => {
    const asked = vi.fn();
    const { url: inside } = await receiver((_, response) => {
      asked();
      response.end();
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const { url } = await answering(status, { location: inside });
      expect(await sender().post(request(url))).toEqual({ status });
    }
    expect(asked).not.toHaveBeenCalled();
  });

  it('keeps no connection open, whatever the receiver would like', async () => {
    const { url, sockets } = await answering(200, { connection: 'keep-alive', 'keep-alive': 'timeout=600' });
    await sender().post(request(url));
    await sender().post(request(url));
    expect(sockets).toHaveLength(2);
    await vi.waitFor(() => expect(sockets.every((socket) => socket.destroyed)).toBe(true));
  });

  it('hangs up on an answer that does not end, and takes its status', async () => {
    let written = 0;
    const { url, sockets } = await receiver((_, response) => {
      response.writeHead(200);
      const pour = () => {
        for (let more = true; more && !response.destroyed; written += 65_536)
          more = response.write(Buffer.alloc(65_536));
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
    });
    expect(await sender().post(request(url))).toEqual({ status: 200 });
    await vi.waitFor(() => expect(sockets.every((socket) => socket.destroyed)).toBe(true));
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it('waits no longer than its time for a body that drips, and takes the status', async () => {
    const { url, sockets } = await receiver((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 5);
      response.on('close', () => clearInterval(drip));
    });
    expect(await sender(200).post(request(url))).toEqual({ status: 200 });
    await vi.waitFor(() => expect(sockets.every((socket) => socket.destroyed)).toBe(true));
  });

  it.each<[string, (socket: Socket) => void]>([
    ['does not answer', () => undefined],
    [
      'drips its headers',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.write('x-a: b\r\n'), 5);
        socket.on('close', () => clearInterval(drip));
      },
    ],
    [
      'goes on promising an answer',
      (socket) => {
        const promise = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
        socket.on('close', () => clearInterval(promise));
      },
    ],
  ])('[W2] gives up on a receiver that %s, when its time is over', async (_, behave) => {
    const { url, sockets } = await listening(createTcpServer(behave));
    expect(await sender(200).post(request(url))).toEqual({ error: 'timeout' });
    await vi.waitFor(() => expect(sockets.every((socket) => socket.destroyed)).toBe(true));
  });

  it.each<[string, string]>([
    ['hangs up', ''],
    ['talks something else', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['has headers without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(64 * 1024)}\r\n\r\n`],
    [
      'wants another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
  ])('survives a receiver that %s', async (_, text) => {
    const { url } = await listening(createTcpServer((socket) => socket.end(text)));
    expect(await sender().post(request(url))).toEqual({ error: 'connection_failed' });
  });

  it('tells what is wrong with a connection', async () => {
    const server = createTcpServer();
    const { url } = await listening(server);
    const { url: plain } = await answering(200);
    expect(await sender().post(request(plain.replace('http:', 'https:')))).toEqual({ error: 'tls_failed' });
    server.close();
    await once(server, 'close');
    expect(await sender().post(request(url))).toEqual({ error: 'connection_failed' });
    expect(await sender().post(request('http://nowhere.invalid/'))).toEqual({ error: 'name_unknown' });
  });
});

describe('the sender to public receivers', () => {
  const publicly = (resolve: (host: string, signal: AbortSignal) => Promise<string[]>, timeoutMs = 2_000) =>
    httpWebhookSender({ targets: 'public', resolve, timeoutMs });
  const hook = request('https://hooks.example.org/');

  it.each([
    [['127.0.0.1']],
    [['93.184.216.34', '10.0.0.1']],
    [['93.184.216.34', '::1']],
    [['::ffff:169.254.169.254']],
    [['fe80::1%lo']],
    [['not an address']],
  ])('[W3] connects to nothing whose name leads to %j', async (addresses) => {
    expect(await publicly(async () => addresses).post(hook)).toEqual({ error: 'address_refused' });
  });

  it('[W3] judges what stands in the table again', async () => {
    const resolve = vi.fn(async () => ['93.184.216.34']);
    for (const url of ['http://hooks.example.org/', 'https://127.0.0.1/', 'https://localhost/']) {
      expect(await publicly(resolve).post(request(url))).toEqual({ error: 'address_refused' });
    }
    expect(resolve).not.toHaveBeenCalled();
  });

  it('[W3] asks for a name once: what was judged is what is connected to', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const resolve = vi.fn(async () => answers.shift() ?? []);
    const { url } = await answering(200);
    const { port } = new URL(url);
    // Where it connects is seen with a sender that may go anywhere, to a name that leads nowhere by itself.
    const anywhere = httpWebhookSender({
      targets: 'any',
      resolve: async () => ['127.0.0.1'],
      timeoutMs: 2_000,
    });
    expect(await anywhere.post(request(`http://rebinding.invalid:${port}/`))).toEqual({ status: 200 });
    await publicly(resolve, 50).post(hook);
    expect(resolve).toHaveBeenCalledTimes(1);
  });

  it('says when a name leads nowhere, or not in time', async () => {
    expect(await publicly(async () => []).post(hook)).toEqual({ error: 'name_unknown' });
    const never = publicly(() => new Promise(() => undefined), 50);
    expect(await never.post(hook)).toEqual({ error: 'timeout' });
  });
});
