import { request as httpRequest } from 'node:http';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aHttpApi, closeAll, type Rig, startGateway } from './testing.ts';

afterEach(closeAll);

async function oneRoute(result: unknown, routeKey = 'ANY /x'): Promise<Rig> {
  return startGateway({ httpApi: aHttpApi({ [routeKey]: 'f' }), handlers: { f: () => result } });
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
describe('the event of payload format 2.0', () => {
  it('has every field as documented', async () => {
    const { url, port, invoker } = await oneRoute({ statusCode: 204 }, 'POST /conversations/{id}/messages');
    const response = await fetch(`${url}/conversations/a%20b/messages?p=1&p=2&q=x%20y&empty=`, {
      method: 'POST',
      headers: {
        'X-Multi': 'one',
        cookie: 'a=1; b=2',
        'user-agent': 'tests',
        'content-type': 'application/json',
      },
      body: '{"é":1}',
    });
    const event = invoker.eventOf('f');
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /conversations/{id}/messages',
      rawPath: '/conversations/a%20b/messages',
      rawQueryString: 'p=1&p=2&q=x%20y&empty=',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { p: '1,2', q: 'x y', empty: '' },
      pathParameters: { id: 'a b' },
      body: '{"é":1}',
      isBase64Encoded: false,
      headers: {
        host: `127.0.0.1:${port}`,
        'x-multi': 'one',
        'content-length': '8',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': String(port),
        'x-forwarded-proto': 'http',
      },
      requestContext: {
        accountId: '000000000000',
        apiId: 'httpapi1',
        domainName: `127.0.0.1:${port}`,
        domainPrefix: '127',
        http: {
          method: 'POST',
          path: '/conversations/a%20b/messages',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'tests',
        },
        requestId: response.headers.get('apigw-requestid'),
        routeKey: 'POST /conversations/{id}/messages',
        stage: '$default',
        time: '12/Mar/2026:19:03:58 +0000',
        timeEpoch: Date.UTC(2026, 2, 12, 19, 3, 58),
      },
    });
    expect(Object.keys(event.headers)).not.toContain('cookie');
  });

  it('leaves out what the request does not have', async () => {
    const { url, invoker } = await oneRoute({});
    await fetch(`${url}/x`);
    const event = invoker.eventOf('f');
    expect(Object.keys(event)).toEqual([
      'version',
      'routeKey',
      'rawPath',
      'rawQueryString',
      'headers',
      'requestContext',
      'isBase64Encoded',
    ]);
  });

  it('joins the values of a header that comes twice with a comma', async () => {
    const { port, invoker } = await oneRoute({});
    const raw = createConnection(port, '127.0.0.1');
    raw.write(`GET /x HTTP/1.1\r\nHost: localhost:${port}\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n`);
    await new Promise((resolve) => raw.on('close', resolve).resume());
    expect(invoker.eventOf('f').headers).toMatchObject({ 'x-a': '1,2' });
  });

  it.each([
    ['image/png', Buffer.from([0x89, 0x50, 0xff])],
    ['application/x-www-form-urlencoded', Buffer.from('a=b')],
    ['application/json', Buffer.from([0x22, 0xff, 0x22])],
  ])('has a body of %s that is not text in Base64', async (contentType, body) => {
    const { url, invoker } = await oneRoute({});
    await fetch(`${url}/x`, { method: 'POST', body, headers: { 'content-type': contentType } });
    expect(invoker.eventOf('f')).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
describe('the response', () => {
  it('is what the function returns, with a Set-Cookie per cookie', async () => {
    const { url } = await oneRoute({
      statusCode: 201,
      headers: { 'content-type': 'text/html', 'X-Number': 7, 'content-length': '999' },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: '<b>é</b>',
    });
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(response.headers.get('x-number')).toBe('7');
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
    expect(response.headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
    expect(await response.text()).toBe('<b>é</b>');
  });

  it('is decoded when the function says that its body is Base64', async () => {
    const bytes = Buffer.from([0, 255, 1]);
    const { url } = await oneRoute({
      statusCode: 200,
      body: bytes.toString('base64'),
      isBase64Encoded: true,
    });
    expect(Buffer.from(await (await fetch(`${url}/x`)).arrayBuffer())).toEqual(bytes);
  });

  it.each([
    [{ hello: 'you' }, '{"hello":"you"}'],
    ['Hello from Lambda!', 'Hello from Lambda!'],
    [[1, 2], '[1,2]'],
    [null, 'null'],
  ])('without a statusCode is a 200 with the JSON of the result: %j', async (result, body) => {
    const { url } = await oneRoute(result);
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe(body);
  });

  it('has no body when its status is 204', async () => {
    const { url } = await oneRoute({ statusCode: 204, body: '' });
    const response = await fetch(`${url}/x`);
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it.each([
    { statusCode: 'two hundred' },
    { statusCode: 99 },
    { statusCode: 600 },
    { statusCode: 200, body: { not: 'text' } },
    { statusCode: 200, headers: { x: { y: 1 } } },
    { statusCode: 200, headers: { 'not a header': 'x' } },
    { statusCode: 200, headers: { 'x-fine': '1', 'x-bad': 'line\r\nbreak' } },
    { statusCode: 200, cookies: 'a=1' },
  ])('to a malformed result is 500: %j', async (result) => {
    const { url, log } = await oneRoute(result);
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(500);
    expect(response.headers.get('x-fine')).toBeNull();
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
    expect(log).toMatchObject([{ status: 500, integrationError: 'Integration.MalformedResponse' }]);
  });

  it('to a function error is 500, and the access log names it', async () => {
    const { url, log } = await startGateway({
      httpApi: aHttpApi({ 'GET /x': 'f', 'GET /missing': 'nowhere' }),
      handlers: {
        f() {
          throw new TypeError('secret detail');
        },
      },
    });
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
    expect((await fetch(`${url}/missing`)).status).toBe(500);
    expect(log).toMatchObject([{ integrationError: 'TypeError' }, { integrationError: 'Error' }]);
    expect(JSON.stringify(log)).not.toContain('secret');
  });

  it('to an integration that is too late is 503', async () => {
    const release = Promise.withResolvers<object>();
    const { url } = await startGateway({
      httpApi: aHttpApi({ 'GET /x': 'f' }),
      handlers: { f: () => release.promise },
      limits: { integrationTimeoutMs: 20 },
    });
    const response = await fetch(`${url}/x`);
    release.resolve({});
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ message: 'Service Unavailable' });
  });
});

describe('a request', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
  it('that no route takes goes to the static files, and then is 404', async () => {
    const { url } = await startGateway({
      staticFiles(request, response) {
        if (request.url !== '/index.html') return false;
        response.end('page');
        return true;
      },
    });
    expect(await (await fetch(`${url}/index.html`)).text()).toBe('page');
    const missing = await fetch(`${url}/nothing`);
    expect([missing.status, await missing.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  it('is 500 when the static files throw', async () => {
    const { url } = await startGateway({
      staticFiles() {
        throw new Error('no disk');
      },
    });
    expect((await fetch(`${url}/nothing`)).status).toBe(500);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
  it('with a body over 10 MB is 413 and reaches no function', async () => {
    const { url, invoker } = await oneRoute({});
    const response = await fetch(`${url}/x`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: 'Request Entity Too Large' });
    expect(invoker.calls).toEqual([]);
    const largest = await fetch(`${url}/x`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024) });
    expect(largest.status).toBe(200);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
  it('with more than 10,240 bytes of request line and headers is 431', async () => {
    const { url, invoker } = await oneRoute({});
    const response = await fetch(`${url}/x`, { headers: { 'x-long': 'a'.repeat(10_300) } });
    expect(response.status).toBe(431);
    expect(invoker.calls).toEqual([]);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
  it('over the throttle is 429', async () => {
    const throttle = { burst: 2, ratePerSecond: 1 };
    const { url, clock } = await startGateway({
      httpApi: aHttpApi({ 'GET /x': 'f' }, throttle),
      handlers: { f: () => ({}) },
    });
    const status = async () => (await fetch(`${url}/x`)).status;
    expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
    clock.advance(1_000);
    expect(await status()).toBe(200);
    const refused = await fetch(`${url}/x`);
    expect(await refused.json()).toEqual({ message: 'Too Many Requests' });
  });

  it('with a path that cannot be decoded is 400', async () => {
    const { url } = await oneRoute({});
    expect((await fetch(`${url}/%E0%A4`)).status).toBe(400);
  });

  it('whose client goes away in the middle of its body reaches no function', async () => {
    const { port, invoker, log } = await oneRoute({});
    const raw = createConnection(port, '127.0.0.1');
    raw.write(`POST /x HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 100\r\n\r\nhalf`, () =>
      raw.destroy(),
    );
    await vi.waitFor(() => expect(log).toMatchObject([{ integrationError: 'Client.Aborted' }]));
    expect(invoker.calls).toEqual([]);
  });

  it('whose client goes away while the function runs hurts nobody', async () => {
    const release = Promise.withResolvers<object>();
    const { url, log, invoker } = await startGateway({
      httpApi: aHttpApi({ 'GET /x': 'f' }),
      handlers: { f: () => release.promise },
    });
    const abort = new AbortController();
    const lost = fetch(`${url}/x`, { signal: abort.signal }).catch(() => 'lost');
    await vi.waitFor(() => expect(invoker.calls).toHaveLength(1));
    abort.abort();
    expect(await lost).toBe('lost');
    release.resolve({ statusCode: 200 });
    await vi.waitFor(() => expect(log).toHaveLength(1));
    expect((await fetch(`${url}/x`)).status).toBe(200);
  });

  it('leaves one entry in the access log, without its query string', async () => {
    const { url, log } = await oneRoute({ statusCode: 202 });
    await fetch(`${url}/x?ticket=secret`);
    await vi.waitFor(() => expect(log).toHaveLength(1));
    expect(log).toMatchObject([
      { api: 'http', httpMethod: 'GET', path: '/x', routeKey: 'ANY /x', status: 202 },
    ]);
    expect(JSON.stringify(log)).not.toContain('secret');
  });
});

describe('the Host of a request', () => {
  async function statusFor(port: number, host: string): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const request = httpRequest({ port, host: '127.0.0.1', path: '/x', headers: { host } });
    request.on('response', (response) => resolve(response.resume().statusCode));
    request.end();
    return promise;
  }

  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    '169.254.169.254',
    'localhost:x',
  ])('that is not the loopback, %s, is refused: a re-bound name must not reach a laptop', async (host) => {
    const { port, invoker } = await oneRoute({});
    expect(await statusFor(port, host)).toBe(421);
    expect(invoker.calls).toEqual([]);
  });

  it('may be any name of the loopback', async () => {
    const { port } = await oneRoute({});
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])
      expect(await statusFor(port, `${name}:${port}`)).toBe(200);
  });
});
