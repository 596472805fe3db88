import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, describe, expect, it } from 'vitest';
import { problem, ticketResponse, tokensResponse } from '../../events/http-contracts.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  type HttpCall,
  httpCaller,
  signingSecret,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
let call: ReturnType<typeof httpCaller>;

beforeAll(async () => {
  stubEnvironment(database());
  mockClient(SecretsManagerClient).on(GetSecretValueCommand).resolves({ SecretString: signingSecret });
  call = httpCaller((await import('./auth.ts')).handler);
});

let count = 0;
const password = 'correct horse battery staple';

function newcomer(more: Record<string, unknown> = {}) {
  count += 1;
  return {
    email: `person${count}@example.org`,
    password,
    handle: `person${count}`,
    display_name: `Person ${count}`,
    ...more,
  };
}

async function registered() {
  const body = newcomer();
  const answer = await call('POST /auth/register', { body });
  return { ...body, tokens: tokensResponse.parse(answer.body) };
}

/** The problem that a call was refused with, held against RFC 9457 and against what must never be in one. */
async function refusal(route: string, request: HttpCall) {
  const answer = await call(route, request);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['cache-control']).toBe('no-store');
  const body = problem.parse(answer.body);
  expect(body.status).toBe(answer.status);
  expect(body.request_id).toBe('request-1');
  expect(answer.text).not.toMatch(/node_modules|\.ts:|at async|Exception/);
  return { ...body, headers: answer.headers };
}

describe('POST /auth/register', () => {
  it('creates an account and signs it in', async () => {
    const body = newcomer();
    const answer = await call('POST /auth/register', { body });
    expect(answer.status).toBe(201);
    expect(tokensResponse.parse(answer.body)).toMatchObject({
      user: { email: body.email, handle: body.handle, display_name: body.display_name },
      expires_in: 900,
    });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.text).not.toContain(password);
  });

  it('reads a body that API Gateway encoded', async () => {
    const rawBody = Buffer.from(JSON.stringify(newcomer())).toString('base64');
    expect((await call('POST /auth/register', { rawBody, isBase64Encoded: true })).status).toBe(201);
  });

  it('answers 409 for what is taken', async () => {
    const { email, handle } = await registered();
    expect(await refusal('POST /auth/register', { body: newcomer({ email }) })).toMatchObject({
      status: 409,
      code: 'auth.email_taken',
    });
    expect(await refusal('POST /auth/register', { body: newcomer({ handle }) })).toMatchObject({
      status: 409,
      code: 'auth.handle_taken',
    });
  });

  it.each([
    ['no JSON', '{"email":', 'request.body_not_json'],
    ['nothing', '', 'request.body_not_json'],
    ['a number', '7', 'request.invalid'],
    ['a list', '[]', 'request.invalid'],
    ['null', 'null', 'request.invalid'],
    ['an empty object', '{}', 'request.invalid'],
    ['objects for texts', JSON.stringify({ ...newcomer(), email: { $gt: '' } }), 'request.invalid'],
    ['a polluted prototype', '{"__proto__":{"email":"x@y.z"}}', 'request.invalid'],
    ['no e-mail address', JSON.stringify(newcomer({ email: 'nobody' })), 'request.invalid'],
    ['a short password', JSON.stringify(newcomer({ password: 'short12' })), 'request.invalid'],
    ['a long password', JSON.stringify(newcomer({ password: 'x'.repeat(129) })), 'request.invalid'],
    ['a handle with a space', JSON.stringify(newcomer({ handle: 'an na' })), 'request.invalid'],
    ['a name of spaces', JSON.stringify(newcomer({ display_name: '   ' })), 'request.invalid'],
    ['a name with a line break', JSON.stringify(newcomer({ display_name: 'a\nb' })), 'request.invalid'],
    [
      'a name with half a character',
      JSON.stringify(newcomer({ display_name: 'a\ud800' })),
      'request.invalid',
    ],
  ])('answers 400 for %s, and creates nothing', async (_, rawBody, code) => {
    expect(await refusal('POST /auth/register', { rawBody })).toMatchObject({ status: 400, code });
  });

  it('names every field that is wrong, and repeats no password', async () => {
    const body = { email: 'nobody', password: 'secret7', handle: 'ok-name' };
    const { detail } = await refusal('POST /auth/register', { body });
    for (const field of ['email', 'password', 'display_name']) expect(detail).toContain(field);
    expect(detail).not.toContain('handle');
    expect(detail).not.toContain('secret7');
  });

  it('answers 413 for more than 64 KB, before it looks at them', async () => {
    const rawBody = '漢'.repeat(22_000);
    expect(await refusal('POST /auth/register', { rawBody })).toMatchObject({
      status: 413,
      code: 'request.too_large',
    });
  });

  // One letter may become eighteen when names are compared, and a key of DynamoDB has at most 1 KB.
  it.each([
    ['a name', { display_name: '\uFDFA'.repeat(64) }],
    ['a handle', { handle: '\uFDFA'.repeat(32) }],
    ['an address', { email: `${'\uFDFA'.repeat(200)}@example.org` }],
    ['an address with half a character', { email: '\ud800@example.org' }],
  ])('answers %s that grows or breaks with anything but an error of ours', async (_, more) => {
    expect((await call('POST /auth/register', { body: newcomer(more) })).status).toBeLessThan(500);
  });
});

describe('POST /auth/login', () => {
  it('signs in', async () => {
    const { email, tokens } = await registered();
    const answer = await call('POST /auth/login', { body: { email: email.toUpperCase(), password } });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).user).toEqual(tokens.user);
  });

  it('answers the same 401 for a wrong address and a wrong password', async () => {
    const { email } = await registered();
    const wrong = await refusal('POST /auth/login', { body: { email, password: 'wrong password' } });
    const unknown = await refusal('POST /auth/login', { body: { email: 'no@example.org', password } });
    expect(wrong).toEqual(unknown);
    expect(wrong).toMatchObject({ status: 401, code: 'auth.invalid_credentials' });
    expect(wrong.headers['www-authenticate']).toBe('Bearer');
  });

  it('answers 429 to who guesses too often, with the time to wait, and lets others in', async () => {
    const body = { email: 'guessed@example.org', password: 'x'.repeat(129) };
    expect((await refusal('POST /auth/login', { body })).status).toBe(400);
    const { dynamoAnonymousLimiter } = await import('../../shared/auth/dynamo-gate.ts');
    const { sha256 } = await import('../../shared/ids.ts');
    const { systemClock } = await import('../../shared/clock.ts');
    const { client, tables } = database();
    const limiter = dynamoAnonymousLimiter({ client, authTable: tables.authTable, clock: systemClock });
    for (let guess = 0; guess < 20; guess += 1) await limiter.take('login.account', sha256(body.email));
    const answer = await refusal('POST /auth/login', { body: { ...body, password } });
    expect(answer).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(10);
    const { email } = await registered();
    expect((await call('POST /auth/login', { body: { email, password } })).status).toBe(200);
  });
});

describe('a session', () => {
  it('is refreshed', async () => {
    const { tokens } = await registered();
    const answer = await call('POST /auth/refresh', { body: { refresh_token: tokens.refresh_token } });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).session_id).toBe(tokens.session_id);
  });

  it('is not refreshed with what is no refresh token', async () => {
    const { tokens } = await registered();
    for (const refresh_token of ['', 'x', tokens.access_token.slice(0, 256)]) {
      expect(await refusal('POST /auth/refresh', { body: { refresh_token } })).toMatchObject({
        status: 401,
        code: 'auth.refresh_invalid',
      });
    }
  });

  it('[A1] is over after its logout, for every token of it', async () => {
    const { tokens } = await registered();
    const token = tokens.access_token;
    expect((await call('POST /auth/logout', { token })).status).toBe(204);
    for (const route of ['POST /auth/logout', 'POST /auth/ws-ticket']) {
      expect(await refusal(route, { token })).toMatchObject({ status: 401, code: 'auth.session_ended' });
    }
    const body = { refresh_token: tokens.refresh_token };
    expect(await refusal('POST /auth/refresh', { body })).toMatchObject({ code: 'auth.refresh_invalid' });
  });

  it('[C1] gets a ticket for a socket', async () => {
    const { tokens } = await registered();
    const answer = await call('POST /auth/ws-ticket', { token: tokens.access_token });
    expect(ticketResponse.parse(answer.body)).toMatchObject({
      url: 'wss://socket.example.org/live',
      expires_in: 30,
    });
  });

  it('[A3] gets no more than its share of tickets, and is told when the next one is there', async () => {
    const { tokens } = await registered();
    let answer = await call('POST /auth/ws-ticket', { token: tokens.access_token });
    for (let calls = 0; answer.status === 200 && calls < 300; calls += 1) {
      answer = await call('POST /auth/ws-ticket', { token: tokens.access_token });
    }
    expect(problem.parse(answer.body)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.headers['retry-after']).toBe('1');
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('publishes the key that tokens are signed with, and no private part', async () => {
    const { tokens } = await registered();
    const { kid } = JSON.parse(Buffer.from(tokens.access_token.split('.')[0] ?? '', 'base64url').toString());
    const answer = await call('GET /.well-known/jwks.json');
    expect(answer.body).toEqual({
      keys: [{ kid, kty: 'OKP', crv: 'Ed25519', x: expect.any(String), alg: 'EdDSA', use: 'sig' }],
    });
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
  });
});

describe('an error of ours', () => {
  it('shows as `internal`, without a word of what it was', async () => {
    const { DynamoDBDocumentClient } = await import('@aws-sdk/lib-dynamodb');
    const dynamo = mockClient(DynamoDBDocumentClient);
    dynamo.rejects(Object.assign(new Error('table auth-x: secret detail'), { name: 'InternalServerError' }));
    const answer = await refusal('POST /auth/login', { body: { email: 'a@example.org', password } });
    dynamo.restore();
    expect(answer).toMatchObject({
      status: 500,
      code: 'internal',
      detail: 'Something went wrong on our side',
    });
    expect(JSON.stringify(answer)).not.toContain('secret detail');
  });

  it('is not made of a route that there is not', async () => {
    expect(await refusal('GET /admin', {})).toMatchObject({ status: 404, code: 'request.not_found' });
    expect(await refusal('toString', {})).toMatchObject({ status: 404 });
  });
});
