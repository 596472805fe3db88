import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStaticFiles } from './static-files.ts';

let root: string;
let server: Server;
let url: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'static-'));
  const site = join(root, 'site');
  mkdirSync(join(site, 'assets'), { recursive: true });
  writeFileSync(join(root, 'secret.txt'), 'not for the web');
  writeFileSync(join(site, '.hidden'), 'not for the web');
  writeFileSync(join(site, 'index.html'), '<!doctype html>');
  writeFileSync(join(site, 'assets', 'app-1a2b.js'), 'void 0;');
  const behaviors = [
    { pathPattern: '/assets/*', headers: { 'cache-control': 'public, max-age=31536000, immutable' } },
    { pathPattern: undefined, headers: { 'cache-control': 'no-cache', 'x-frame-options': 'DENY' } },
  ];
  const serve = createStaticFiles(site, behaviors, { canonicalUrl: 'http://127.0.0.1:8787' });
  server = createServer((request, response) => {
    void serve(request, response).then((served) => served || response.writeHead(404).end('nothing'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true });
});

/** As it is written: fetch would tidy the path, and not let anybody set the Host. */
function rawAnswer(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = sendRequest(url, { path, headers }, (response) => {
      response.resume();
      resolve(response);
    });
    outgoing.on('error', reject).end();
  });
}

it('serves index.html for / with the headers of the default behaviour', async () => {
  const response = await fetch(`${url}/?from=mail`);
  expect(await response.text()).toBe('<!doctype html>');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-length': '15',
    'cache-control': 'no-cache',
    'x-frame-options': 'DENY',
  });
});

it('serves hashed files as immutable, and answers 304 to who has them', async () => {
  const response = await fetch(`${url}/assets/app-1a2b.js`);
  await response.text();
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('x-frame-options')).toBeNull();
  const etag = response.headers.get('etag') ?? '';
  const again = await fetch(`${url}/assets/app-1a2b.js`, {
    headers: { 'if-none-match': `"other", W/${etag}` },
  });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

it('answers HEAD without the content', async () => {
  const response = await fetch(url, { method: 'HEAD' });
  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
    200,
    '15',
    '',
  ]);
});

it.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/..%5c..%5csecret.txt',
  '/.hidden',
  '/assets',
  '/assets/',
  '//index.html',
  '/index.html%00',
  '/%',
  '/conversations',
])('has nothing at %s', async (path) => {
  expect((await rawAnswer(path)).statusCode).toBe(404);
});

it('leaves other methods to the API', async () => {
  expect((await fetch(url, { method: 'POST' })).status).toBe(404);
});

it('serves a file anew after it has been rebuilt', async () => {
  const file = join(root, 'site', 'robots.txt');
  writeFileSync(file, 'old');
  expect(await (await fetch(`${url}/robots.txt`)).text()).toBe('old');
  rmSync(file);
  expect((await fetch(`${url}/robots.txt`)).status).toBe(404);
  writeFileSync(file, 'newer');
  expect(await (await fetch(`${url}/robots.txt`)).text()).toBe('newer');
});

it.each([
  ['/', 'localhost:8787', 'http://127.0.0.1:8787/'],
  ['/?from=mail', 'LocalHost:8787', 'http://127.0.0.1:8787/?from=mail'],
  ['/assets/app-1a2b.js', 'localhost:8787', 'http://127.0.0.1:8787/assets/app-1a2b.js'],
])('sends who asks for %s of %s to the one origin that sockets take', async (path, host, location) => {
  const { statusCode, headers } = await rawAnswer(path, { host });
  expect([statusCode, headers.location]).toEqual([308, location]);
  expect(headers['cache-control']).toBe('no-store');
});

it.each([
  ['/', '127.0.0.1:8787', 200],
  ['/', 'localhost:9999', 200],
  ['/conversations', 'localhost:8787', 404],
  ['//evil.example/', 'localhost:8787', 404],
])('sends who asks for %s of %s nowhere else', async (path, host, status) => {
  const { statusCode, headers } = await rawAnswer(path, { host });
  expect([statusCode, headers.location]).toEqual([status, undefined]);
});
