import { createConnection } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  aHttpApi,
  aWebSocketApi,
  closeAll,
  connect,
  type Rig,
  startGateway,
  upgradeRequest,
} from './testing.ts';

/** One gateway takes everything below, and must still serve after each of it. */
let rig: Rig;
const faults: unknown[] = [];
const remember = (fault: unknown) => faults.push(fault);

beforeAll(async () => {
  process.on('unhandledRejection', remember);
  rig = await startGateway({
    httpApi: aHttpApi({ 'GET /health': 'health', 'ANY /c/{id}': 'echo', 'ANY /g/{rest+}': 'echo' }),
    webSocketApi: aWebSocketApi(),
    handlers: { health: () => ({ ok: true }), echo: (event) => ({ path: event.pathParameters }) },
  });
});

afterAll(async () => {
  await closeAll();
  process.off('unhandledRejection', remember);
});

async function stillServes(): Promise<void> {
  expect(await (await fetch(`${rig.url}/health`)).json()).toEqual({ ok: true });
  expect(faults).toEqual([]);
}

/** Sends bytes on a connection of their own, and waits until it has ended from either side. */
async function sendRaw(bytes: Uint8Array): Promise<string> {
  const socket = createConnection(rig.port, '127.0.0.1');
  const received: Buffer[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('error', () => undefined);
  socket.on('close', () => resolve());
  socket.end(bytes);
  await ended;
  return Buffer.concat(received).toString('latin1');
}

it('[property] survives any bytes as an HTTP request', async () => {
  const start = fc.constantFrom('', 'GET / HTTP/1.1\r\n', 'POST /c/1 HTTP/1.1\r\nHost: localhost\r\n');
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), async (head, bytes) => {
      await sendRaw(Buffer.concat([Buffer.from(head), bytes]));
    }),
    { numRuns: 60 },
  );
  await stillServes();
});

it('[property] answers any path and query with a status below 500', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab/%?#&=+{}@:.\\~é\u0000 '.split('')), maxLength: 25 });
  const prefix = fc.constantFrom('/', '/c/', '/g/', '/live/', '/live/@connections/');
  await fc.assert(
    fc.asyncProperty(
      prefix,
      text,
      fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'),
      async (start, rest, method) => {
        const target = encodeURI(start + rest).replaceAll('%25', '%');
        const lines = [
          `${method} ${target} HTTP/1.1`,
          `Host: localhost:${rig.port}`,
          'Connection: close',
          '',
          '',
        ];
        expect(await sendRaw(Buffer.from(lines.join('\r\n')))).toMatch(/^HTTP\/1\.1 [2-4]\d\d /);
      },
    ),
    { numRuns: 60 },
  );
  await stillServes();
});

it('[property] survives any bytes as WebSocket frames', async () => {
  const frame = fc
    .tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 40 }))
    .map(([first, second, rest]) => Buffer.from([first, second, ...rest]));
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 4 }), async (frames) => {
      const answer = await sendRaw(Buffer.concat([Buffer.from(upgradeRequest(rig.port)), ...frames]));
      expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    }),
    { numRuns: 60 },
  );
  await stillServes();
});

it('[property] takes any text as a message', async () => {
  const client = await connect(rig.webSocketUrl);
  const before = rig.invoker.eventsOf('fallback').length;
  const texts = fc
    .sample(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), 60)
    .filter((text) => text.isWellFormed());
  for (const text of texts) client.socket.send(text);
  client.socket.send('last');
  await expect.poll(() => rig.invoker.eventsOf('fallback').at(-1)?.body).toBe('last');
  expect(
    rig.invoker
      .eventsOf('fallback')
      .slice(before, -1)
      .map((event) => event.body),
  ).toEqual(texts);
  client.socket.close();
  await stillServes();
});
