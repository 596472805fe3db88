import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cloud, synthesizeCloud } from '../../test/infra/cloud.ts';
import { StartupError } from '../cloud/startup-error.ts';
import { parseEndpoint, reachableHttpUrl, recognizeEmulator, webSocketUrlTemplate } from './emulator.ts';

/** A server that answers these paths with JSON, and every other one with 404. */
async function serverOf(pages: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ?? { message: 'not found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('recognizing the emulator', () => {
  const health = { services: { sqs: 'available' } };

  it('takes MiniStack for MiniStack, though it answers the health page of LocalStack too', async () => {
    const endpoint = await serverOf({
      '/_ministack/health': { ...health, version: '1.5.33' },
      '/_localstack/health': { ...health, version: '1.5.33' },
    });
    expect(await recognizeEmulator(endpoint)).toEqual({ name: 'MiniStack', version: '1.5.33' });
  });

  it('knows LocalStack by its health page', async () => {
    const endpoint = await serverOf({
      '/_localstack/health': { ...health, version: '2026.9.0', edition: 'pro' },
    });
    expect(await recognizeEmulator(endpoint)).toEqual({ name: 'LocalStack', version: '2026.9.0' });
  });

  it('deploys to nothing else', async () => {
    const endpoint = await serverOf({ '/_localstack/health': { status: 'ok' } });
    await expect(recognizeEmulator(endpoint)).rejects.toThrow('neither LocalStack nor MiniStack');
  });

  it('says how to start one where nothing answers', async () => {
    const refused = () => Promise.reject(new TypeError('fetch failed'));
    const failure = await recognizeEmulator('http://127.0.0.1:4566', refused).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(StartupError);
    expect(failure).toMatchObject({
      message: 'Nothing answers at http://127.0.0.1:4566.',
      wayOut: expect.stringMatching(/docker compose up -d\n.*docker compose up -d ministack\n.*pip install/),
    });
  });
});

describe('the endpoint', () => {
  it.each([
    ['http://127.0.0.1:4566', 'http://127.0.0.1:4566'],
    ['http://localhost:4567/', 'http://127.0.0.1:4567'],
    ['https://emulator.internal', 'https://emulator.internal'],
  ])('%s is %s', (given, origin) => {
    expect(parseEndpoint(given)).toBe(origin);
  });

  it.each(['4566', 'localhost:4566', 'ftp://127.0.0.1', 'http://127.0.0.1:4566/path', ''])(
    'is not "%s"',
    (given) => {
      expect(() => parseEndpoint(given)).toThrow(`--endpoint is "${given}"`);
    },
  );
});

describe('the URLs', () => {
  it('of sockets lead from the functions, too, to the emulator', () => {
    expect(webSocketUrlTemplate({ name: 'MiniStack' }, 'http://127.0.0.1:4566')).toBe(
      'ws://127.0.0.1:4566/_aws/execute-api/{apiId}/v1',
    );
    expect(webSocketUrlTemplate({ name: 'LocalStack' }, 'https://127.0.0.1:4567')).toBe(
      'wss://localhost.localstack.cloud:4567/_aws/execute-api/{apiId}/v1',
    );
  });

  it('of the HTTP API keep the id of the API and nothing else of what the stack puts out', () => {
    expect(reachableHttpUrl('http://127.0.0.1:4566', 'http://3e2a2fd6.execute-api.localhost:4566')).toBe(
      'http://127.0.0.1:4566/_aws/execute-api/3e2a2fd6/$default',
    );
  });

  it('of sockets reach every function with the id of the API in them, and the stage of the API at their end', () => {
    const template = webSocketUrlTemplate({ name: 'MiniStack' }, 'http://127.0.0.1:4566');
    const cloud = synthesizeCloud({ context: { webSocketUrl: template } });
    const [stage] = cloud.resources<{ StageName: string }>('AWS::ApiGatewayV2::Stage').filter(isNamed);
    expect(webSocketUrlsOf(cloud)).toEqual([
      `ws://127.0.0.1:4566/_aws/execute-api/WebSocketApi/${stage?.properties.StageName}`,
    ]);
  });
});

function isNamed({ properties }: { properties: { StageName: string } }): boolean {
  return properties.StageName !== '$default';
}

/** The different values of WEBSOCKET_URL in the functions' environments. */
function webSocketUrlsOf(cloud: Cloud): string[] {
  const functions = cloud.resources<{ Environment?: { Variables: { WEBSOCKET_URL?: unknown } } }>(
    'AWS::Lambda::Function',
  );
  const urls = functions
    .map(({ properties }) => properties.Environment?.Variables.WEBSOCKET_URL)
    .filter((url) => url !== undefined);
  return [...new Set(urls.map((url) => cloud.readable(url)))];
}
