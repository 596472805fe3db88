import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as sendRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GatewayOptions } from '../gateway/gateway.ts';
import { aHttpApi, closeAll, type Rig, startGateway } from '../gateway/testing.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { MessageDraft, OutboxMessage } from './outbox-message.ts';
import { createOutboxRoutes } from './outbox-routes.ts';

let folder: string;
let outbox: Outbox;
let closing: AbortController;
let rig: Rig;

const start = (options: Partial<GatewayOptions> = {}) =>
  startGateway({ staticFiles: createOutboxRoutes(outbox, closing.signal), ...options });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-routes-'));
  let made = 0;
  outbox = createOutbox({
    file: join(folder, 'messages.jsonl'),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    newId: () => `id-${++made}`,
  });
  closing = new AbortController();
  rig = await start();
});
afterEach(async () => {
  closing.abort();
  await closeAll();
  rmSync(folder, { recursive: true });
});

const add = (overrides: Partial<MessageDraft> = {}) =>
  outbox.add({
    channel: 'email',
    to: 'ada@example.com',
    from: 'no-reply@example.com',
    subject: 's',
    text: 't',
    html: '',
    ...overrides,
  });
const ask = (path: string, init?: RequestInit) => fetch(`${rig.url}${path}`, init);
const messagesOf = async (query: string) =>
  ((await (await ask(`/_outbox/messages${query}`)).json()) as { messages: OutboxMessage[] }).messages;
const textsOf = async (query: string) => (await messagesOf(query)).map(({ text }) => text);

/** The status for headers that fetch does not let anybody set. */
function statusFor(headers: Record<string, string>, path = '/_outbox/messages', method = 'GET') {
  return new Promise<number | undefined>((resolve, reject) => {
    sendRequest(`${rig.url}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

it('answers messages with their codes, oldest first', async () => {
  const first = add({ text: 'Your code is 123456.' });
  const second = add({ channel: 'sms', to: '+15555550100' });
  expect(await messagesOf('')).toEqual([first, second]);
  expect(first.code).toBe('123456');
});

it('answers those to an address, after an id and up to a limit', async () => {
  const { id } = add({ text: '1', to: 'a+b@example.com' });
  for (const text of ['2', '3']) add({ text, to: 'a+b@example.com' });
  add({ text: 'sms', to: '+15555550100', channel: 'sms' });
  expect(await textsOf('?to=a%2Bb%40example.com')).toEqual(['1', '2', '3']);
  expect(await textsOf('?to=A+B@example.com')).toEqual(['1', '2', '3']);
  expect(await textsOf('?to=+15555550100')).toEqual(['sms']);
  expect(await textsOf(`?to=a%2Bb@example.com&after=${id}&limit=1`)).toEqual(['2']);
  expect(await textsOf('?to=nobody@example.com')).toEqual([]);
});

/** A gateway that tells when a request has begun to wait. */
async function startTelling(): Promise<{ begun: Promise<void> }> {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const waitFor: Outbox['waitFor'] = (...query) => {
    const waiting = outbox.waitFor(...query);
    resolve();
    return waiting;
  };
  rig = await start({ staticFiles: createOutboxRoutes({ ...outbox, waitFor }, closing.signal) });
  return { begun };
}

it('waits for a message that matches', async () => {
  const { begun } = await startTelling();
  const { id } = add({ text: 'old' });
  const waiting = textsOf(`?to=ada@example.com&after=${id}&wait=20`);
  await begun;
  add({ text: 'of somebody else', to: 'bob@example.com' });
  add({ text: 'new' });
  expect(await waiting).toEqual(['new']);
});

it('lets nobody wait when the cloud closes', async () => {
  const { begun } = await startTelling();
  const waiting = textsOf('?wait=20');
  await begun;
  closing.abort();
  expect(await waiting).toEqual([]);
});

it.each(['limit=0', 'limit=1001', 'limit=x', 'limit=-1', 'wait=21', 'wait=1.5', 'wait='])(
  'refuses the query %s with 400',
  async (query) => {
    const response = await ask(`/_outbox/messages?${query}`);
    expect(response.status).toBe(400);
    const { message } = (await response.json()) as { message: string };
    expect(message).toContain(query.split('=')[0]);
  },
);

it('clears the messages', async () => {
  add();
  expect((await ask('/_outbox/messages', { method: 'DELETE' })).status).toBe(204);
  expect(await messagesOf('')).toEqual([]);
});

it('shows people the newest first, with the code', async () => {
  add({ subject: 'First', text: 'Your code is 123456.' });
  add({ channel: 'sms', to: '+15555550100', subject: '', text: 'Second' });
  const response = await ask('/_outbox');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const page = await response.text();
  expect(page.indexOf('Second')).toBeLessThan(page.indexOf('First'));
  expect(page).toContain('<p class="code">123456</p>');
  expect(page).toContain('2026-01-02 03:04:05 UTC');
  expect(page).not.toContain('http-equiv="refresh"');
  expect(await (await ask('/_outbox?refresh=1')).text()).toContain('<meta http-equiv="refresh" content="3">');
});

it('says so when nothing has been sent', async () => {
  expect(await (await ask('/_outbox')).text()).toContain('Nothing has been sent yet.');
});

it('escapes what messages hold, everywhere, and lets nothing run (ASVS 1.2.1, 3.4.3)', async () => {
  const evil = `<script>alert(1)</script>"'&`;
  add({ to: evil, from: evil, subject: evil, text: `${evil} https://example.com/"onclick="x <b>` });
  const response = await ask('/_outbox');
  const page = await response.text();
  expect(page).not.toMatch(/<script|<b>|"onclick|'&[^#a-z]/);
  expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')).toHaveLength(5);
  const policy = response.headers.get('content-security-policy') ?? '';
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  expect(style).toMatch(/body/);
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|script-src/);
  expect(page).not.toMatch(/ style=| on\w+=/);
});

it('makes links of web addresses only', async () => {
  add({ text: 'See http://127.0.0.1:8787/verify?a=1&b=2 or javascript:alert(1)' });
  const page = await (await ask('/_outbox')).text();
  expect(page).toContain('<a href="http://127.0.0.1:8787/verify?a=1&amp;b=2" rel="noreferrer">');
  expect(page.match(/href="javascript/)).toBeNull();
});

it.each<[string, Record<string, string>]>([
  ['of another origin', { origin: 'http://evil.example' }],
  ['of a page without an origin', { origin: 'null' }],
  ['of another port', { origin: 'http://127.0.0.1:1' }],
  ['across sites', { 'sec-fetch-site': 'cross-site' }],
  ['of another origin of this site', { 'sec-fetch-site': 'same-site' }],
])('refuses a request %s (ASVS 3.5.1)', async (_what, headers) => {
  add();
  expect(await statusFor(headers)).toBe(403);
  expect(await statusFor(headers, '/_outbox')).toBe(403);
  expect(await statusFor(headers, '/_outbox/messages', 'DELETE')).toBe(403);
  expect(await messagesOf('')).toHaveLength(1);
});

it('answers the own pages, what a user types, and programs', async () => {
  const { host } = new URL(rig.url);
  expect(await statusFor({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBe(200);
  expect(await statusFor({ 'sec-fetch-site': 'none' }, '/_outbox')).toBe(200);
  expect(await statusFor({})).toBe(200);
});

it('does not answer a name that somebody has bound to this machine', async () => {
  expect(await statusFor({ host: 'evil.example' })).toBe(421);
  expect(await statusFor({ host: `localhost:${rig.port}` })).toBe(200);
});

it('allows no page to read it', async () => {
  const response = await ask('/_outbox/messages');
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(response.headers.get('cache-control')).toBe('no-store');
});

it.each(['/_outbox', '/_outbox/messages'])('says which methods %s takes', async (path) => {
  const response = await ask(path, { method: 'PUT' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toMatch(/^GET, HEAD/);
});

it.each(['/_outbox/', '/_outbox/other', '/_outboxes', '/_OUTBOX'])('leaves %s alone', async (path) => {
  expect((await ask(path)).status).toBe(404);
});

it('stands behind the routes of the template', async () => {
  rig = await start({ httpApi: aHttpApi({ 'GET /_outbox': 'send' }) });
  expect((await ask('/_outbox')).status).toBe(200);
  expect(rig.invoker.eventsOf('send')).toHaveLength(1);
  expect(await messagesOf('')).toEqual([]);
});
