import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problem } from '../events/http-contracts.ts';
import { signAccessToken } from '../shared/auth/access-token.ts';
import { deriveSigningKeys } from '../shared/auth/signing-keys.ts';
import { anIdentity, movableClock } from '../test/support/builders.ts';
import { httpCaller, signingSecret, stubEnvironment } from '../test/support/in-memory-aws.ts';
import { environments } from './environments.ts';
import { environment } from './lib/environment.ts';
import { httpRoutes, webSocketAuthorizer, webSocketRoutes } from './routes.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const secrets = mockClient(SecretsManagerClient);
const entries = import.meta.glob<{ handler: unknown }>('./{http,ws,consumers,streams,schedules}/*.ts');

async function entry(path: string) {
  const load = entries[`./${path}.ts`];
  if (!load) throw new Error(`there is no functions/${path}.ts`);
  return (await load()).handler;
}

let expired = '';

beforeAll(async () => {
  stubEnvironment();
  const keys = await deriveSigningKeys(signingSecret, 0);
  expired = await signAccessToken(anIdentity(), { keys, issuer: 'x', clock: movableClock(0) });
});
beforeEach(() => {
  dynamo.reset();
  dynamo.resolves({});
  secrets.reset();
});

const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.e30.`;

const guarded = httpRoutes.filter(({ access }) => access === 'session' || access === 'ending');

describe.each(guarded)('$route', (route) => {
  it.each([
    ['nobody', {}],
    ['an empty token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['what is no token', { token: 'x' }],
    ['an unsigned token', { token: unsigned }],
  ])('[A1] answers 401 to %s, before it touches anything', async (_, call) => {
    const answer = await httpCaller(await entry(route.function))(route.route, {
      ...call,
      rawBody: 'not JSON',
    });
    expect(problem.parse(answer.body)).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(dynamo.calls()).toHaveLength(0);
    expect(secrets.calls()).toHaveLength(0);
  });

  it('[A1] answers 401 to a token of a key that was never published', async () => {
    const answer = await httpCaller(await entry(route.function))(route.route, { token: expired });
    expect(problem.parse(answer.body)).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
  });
});

describe('the manifest of routes', () => {
  it('leaves open to everybody what must be, and nothing else', () => {
    const open = httpRoutes.filter(({ access }) => access === 'public').map(({ route }) => route);
    expect(open.toSorted()).toEqual([
      'GET /.well-known/jwks.json',
      'GET /health',
      'POST /auth/login',
      'POST /auth/password/forgot',
      'POST /auth/password/reset',
      'POST /auth/refresh',
      'POST /auth/register',
      'POST /auth/second-factor/verify',
    ]);
    const other = httpRoutes.filter(({ access }) => access === 'optional' || access === 'ending');
    expect(other.map(({ route, access }) => `${access} ${route}`).toSorted()).toEqual([
      'ending POST /auth/logout',
      'optional POST /auth/otp/request',
      'optional POST /auth/otp/verify',
    ]);
  });

  it('names each route once', () => {
    const names = [
      ...httpRoutes.map(({ route }) => route),
      ...webSocketRoutes.map(({ routeKey }) => routeKey),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(Object.keys(environments))('has an entry point for the environment of %s', async (path) => {
    expect(await entry(path)).toBeTypeOf('function');
  });

  it('has an environment for every entry point, and a use for each', () => {
    const files = Object.keys(entries)
      .filter((file) => !file.includes('.test.'))
      .map((file) => file.slice(2, -3));
    expect(files.toSorted()).toEqual(Object.keys(environments).toSorted());
    const used = [
      ...httpRoutes.map((route) => route.function),
      ...webSocketRoutes.map((route) => route.function),
      webSocketAuthorizer,
      'consumers/process-messages',
      'consumers/process-account-events',
      'consumers/check-presence',
      'consumers/publish-notices',
      'consumers/deliver-webhooks',
      'streams/presence',
      'schedules/sweep-connections',
    ];
    expect([...new Set(used)].toSorted()).toEqual(files.toSorted());
  });
});

describe('the environment of a function', () => {
  it('is what its schema names, and no more', () => {
    expect(environment('ws/reject-frame')).toEqual({ WEBSOCKET_URL: 'wss://socket.example.org/live' });
  });

  it('stops a function at once that lacks a part of it, by name', async () => {
    const { vi } = await import('vitest');
    vi.stubEnv('WEBSOCKET_URL', undefined);
    expect(() => environment('ws/ping')).toThrow(/ws\/ping is incomplete[\s\S]*WEBSOCKET_URL/);
    stubEnvironment();
  });
});
