import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { Secret, TOTP } from 'otpauth';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  challengeResponse,
  jwksResponse,
  registerResponse,
  secondFactorRequired,
  tokensResponse,
  verifiedResponse,
} from '../../events/account-contracts.ts';
import { type AccountEvent, accountEvent, type CodeRequested } from '../../events/account-event.ts';
import { problem } from '../../events/http-contracts.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { dynamoSecondFactorStore } from '../../shared/auth/dynamo-second-factor-store.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { secretBox } from '../../shared/auth/secret-box.ts';
import { systemClock } from '../../shared/clock.ts';
import { deliverCode } from '../../shared/codes/deliver-code.ts';
import { dynamoCodeStore } from '../../shared/codes/dynamo-code-store.ts';
import { sha256 } from '../../shared/ids.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  type HttpCall,
  httpCaller,
  signingSecret,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';
import { codeIn, rememberingMailer, rememberingTexter } from '../../test/support/in-memory-mail.ts';

const database = testDatabase();
const queue = mockClient(SQSClient);
let call: ReturnType<typeof httpCaller>;

beforeAll(async () => {
  stubEnvironment(database());
  mockClient(SecretsManagerClient).on(GetSecretValueCommand).resolves({ SecretString: signingSecret });
  call = httpCaller((await import('./auth.ts')).handler);
});

beforeEach(() => {
  queue.reset();
  queue.on(SendMessageCommand).resolves({});
});

/** What is in the queue, held against the contract. */
const queued = (): AccountEvent[] =>
  queue
    .commandCalls(SendMessageCommand)
    .map(({ args: [{ input }] }) => accountEvent.parse(JSON.parse(input.MessageBody ?? '')));

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

async function registered(more: Record<string, unknown> = {}) {
  const body = newcomer(more);
  const answer = await call('POST /auth/register', { body });
  return { ...body, tokens: registerResponse.parse(answer.body) };
}

/** Delivers a request for a code as the consumer of the queue does, and reads the mail. */
async function codeOf(event: CodeRequested) {
  const { client, tables } = database();
  const mailer = rememberingMailer();
  await deliverCode(event, {
    mailer,
    texter: rememberingTexter(),
    accounts: dynamoAccountStore(client, tables, instantBackoff()),
    codes: dynamoCodeStore({ client, authTable: tables.authTable }),
    clock: systemClock,
    randomInt: (min) => min + 123_456,
    webUrl: 'https://chat.example.org',
  });
  return codeIn(mailer.last(event.to.address).text);
}

/** A code for signing in; the request itself is another function's. */
async function loginCode(email: string) {
  const challenge_id = `challenge for ${email}`;
  const base = { version: 1, occurred_at_ms: systemClock.now(), name: 'code.requested' } as const;
  const to = { channel: 'email', address: email } as const;
  const request = { ...base, purpose: 'login', to, challenge_id, user_id: null, sign_up: false } as const;
  return { email, purpose: 'login', challenge_id, code: await codeOf(request) };
}

/** The answer to the mail that follows a sign-up. */
async function verification({ email, tokens }: Awaited<ReturnType<typeof registered>>) {
  const event = queued().find(
    (one): one is CodeRequested => one.name === 'code.requested' && one.to.address === email,
  );
  if (!event) throw new Error('no code was requested');
  const { challenge_id } = tokens.email_verification;
  return { email, purpose: 'verify', challenge_id, code: await codeOf(event) };
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
    expect(registerResponse.parse(answer.body)).toMatchObject({
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

  it('ASVS 6.3.8: answers the same for an address that has an account, and makes another one', async () => {
    const { email, tokens } = await registered();
    const again = await registered({ email });
    expect(again.tokens.user.user_id).not.toBe(tokens.user.user_id);
    expect(Object.keys(again.tokens)).toEqual(Object.keys(tokens));
    expect(queued().map(({ name }) => name)).toEqual(['code.requested', 'code.requested']);
  });

  it('puts the request for a code into the queue, and no code', async () => {
    const { email, tokens } = await registered();
    expect(queued()).toMatchObject([
      {
        name: 'code.requested',
        purpose: 'verify',
        to: { channel: 'email', address: email },
        user_id: tokens.user.user_id,
        challenge_id: tokens.email_verification.challenge_id,
        sign_up: true,
      },
    ]);
    expect(JSON.stringify(queued())).not.toMatch(/"code"/);
  });

  it('has made the account also when the queue does not answer', async () => {
    queue.on(SendMessageCommand).rejects(new Error('socket hang up'));
    const { email } = await registered();
    expect((await call('POST /auth/login', { body: { email, password } })).status).toBe(200);
  });

  it('answers 409 for a handle that is taken, or that is nobody’s', async () => {
    const { handle } = await registered();
    for (const taken of [handle, 'admin', 'Everyone']) {
      expect(await refusal('POST /auth/register', { body: newcomer({ handle: taken }) })).toMatchObject({
        status: 409,
        code: 'auth.handle_taken',
      });
    }
  });

  it('answers 400 for a password that many people use', async () => {
    const body = newcomer({ password: 'Password123' });
    expect(await refusal('POST /auth/register', { body })).toMatchObject({
      status: 400,
      code: 'auth.password_common',
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

  it('[A4] answers 429 to who guesses too often, with the time to wait, and lets others in', async () => {
    const { email } = await registered();
    const guess = { email, password: 'a wrong guess' };
    for (let guesses = 0; guesses < 5; guesses += 1) {
      expect((await refusal('POST /auth/login', { body: guess })).status).toBe(401);
    }
    const answer = await refusal('POST /auth/login', { body: { email, password } });
    expect(answer).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.headers['retry-after']).toBe('1');
    const other = await registered();
    expect((await call('POST /auth/login', { body: { email: other.email, password } })).status).toBe(200);
  });

  it.each(['\uFDFA'.repeat(254), '', 'a\u0000b', 'no address'])(
    'answers 401 for what can be no address: %j',
    async (email) => {
      expect((await refusal('POST /auth/login', { body: { email, password } })).status).toBe(401);
    },
  );
});

describe('POST /auth/otp/verify', () => {
  const route = 'POST /auth/otp/verify';

  it('proves an address, for the session that asked', async () => {
    const person = await registered();
    const body = await verification(person);
    const answer = await call(route, { body, token: person.tokens.access_token });
    expect(answer.status).toBe(200);
    expect(verifiedResponse.parse(answer.body).user).toMatchObject({
      user_id: person.tokens.user.user_id,
      email_verified: true,
    });
  });

  it('proves nothing to nobody, or to somebody else', async () => {
    const person = await registered();
    const body = await verification(person);
    expect(await refusal(route, { body })).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
    const stranger = await registered();
    const token = stranger.tokens.access_token;
    expect(await refusal(route, { body, token })).toMatchObject({ status: 401, code: 'auth.code_invalid' });
  });

  it('signs in with a code', async () => {
    const person = await registered();
    await call(route, { body: await verification(person), token: person.tokens.access_token });
    const body = await loginCode(person.email);
    const answer = await call(route, { body });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).user.user_id).toBe(person.tokens.user.user_id);
    expect(await refusal(route, { body })).toMatchObject({ status: 401, code: 'auth.code_invalid' });
  });

  it('ends what was open in an account that had only named the address, and tells its sockets', async () => {
    const trap = await registered();
    const answer = await call(route, { body: await loginCode(trap.email) });
    expect(tokensResponse.parse(answer.body).user).toMatchObject({ email_verified: true });
    expect(queued()).toContainEqual(
      expect.objectContaining({ name: 'sessions.ended', session_ids: [trap.tokens.session_id] }),
    );
    const refresh = { body: { refresh_token: trap.tokens.refresh_token } };
    expect(await refusal('POST /auth/refresh', refresh)).toMatchObject({ code: 'auth.refresh_invalid' });
  });

  it.each([
    { email: 'a@example.org', phone: '+4915112345678' },
    {},
    { email: 'a@example.org', purpose: 'reset' },
    { email: { $gt: '' } },
    { phone: '0151 2345678' },
    { email: 'a@example.org', code: '\ud800' },
  ])('answers 400 for %j', async (more) => {
    const body = { purpose: 'login', challenge_id: 'x', code: '123456', ...more };
    expect((await refusal(route, { body })).status).toBe(400);
  });
});

describe('an account with a second factor', () => {
  const secret = new Secret({ size: 20 }).base32;
  const now = () => Math.floor(systemClock.now() / 1_000);

  async function guarded() {
    const person = await registered();
    const userId = person.tokens.user.user_id;
    const { client, tables } = database();
    const factors = dynamoSecondFactorStore({
      client,
      authTable: tables.authTable,
      backoff: instantBackoff(),
    });
    const source = { current: async () => signingSecret, previous: async () => undefined };
    const sealedSecret = await secretBox(source, systemClock).seal(secret, userId);
    await factors.putPending(userId, { sealedSecret, createdAt: now() });
    await factors.activate(userId, sealedSecret, {
      enabledAt: now(),
      lastStep: 0,
      recovery: new Set([sha256('a recovery code')]),
    });
    return person;
  }

  it('is signed in to in two steps', async () => {
    const { email, tokens } = await guarded();
    const first = await call('POST /auth/login', { body: { email, password } });
    expect(first.status).toBe(202);
    const { challenge_id } = secondFactorRequired.parse(first.body);
    const code = new TOTP({ secret }).generate();
    const answer = await call('POST /auth/second-factor/verify', { body: { challenge_id, code } });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).user.user_id).toBe(tokens.user.user_id);
    expect(await refusal('POST /auth/second-factor/verify', { body: { challenge_id, code } })).toMatchObject({
      status: 401,
      code: 'auth.code_invalid',
    });
  });

  it('is not signed in to with an invented challenge, or a challenge alone', async () => {
    const { email } = await guarded();
    const { challenge_id } = challengeResponse.parse(
      (await call('POST /auth/login', { body: { email, password } })).body,
    );
    for (const body of [
      { challenge_id: 'invented', code: new TOTP({ secret }).generate() },
      { challenge_id, code: 'not it' },
    ]) {
      expect(await refusal('POST /auth/second-factor/verify', { body })).toMatchObject({
        status: 401,
        code: 'auth.code_invalid',
      });
    }
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

  it('ASVS 7.2.4: ends with a token that was used before the last one, and its sockets hear of it', async () => {
    const { tokens } = await registered();
    const refresh = async (refresh_token: string) =>
      await call('POST /auth/refresh', { body: { refresh_token } });
    const second = tokensResponse.parse((await refresh(tokens.refresh_token)).body);
    const third = tokensResponse.parse((await refresh(second.refresh_token)).body);
    expect((await refresh(tokens.refresh_token)).status).toBe(401);
    expect((await refresh(third.refresh_token)).status).toBe(401);
    expect(queued()).toContainEqual(
      expect.objectContaining({ name: 'sessions.ended', session_ids: [tokens.session_id] }),
    );
  });

  it('remembers from where and with what it was opened', async () => {
    const { tokens } = await registered();
    const { client, tables } = database();
    const store = { client, authTable: tables.authTable, clock: systemClock, backoff: instantBackoff() };
    const [session] = await dynamoSessionStore(store).list(tokens.user.user_id);
    expect(session?.device).toEqual({ ip: '203.0.113.7', userAgent: 'test' });
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('publishes the keys that verify tokens, and no private part', async () => {
    const { tokens } = await registered();
    const { kid } = JSON.parse(Buffer.from(tokens.access_token.split('.')[0] ?? '', 'base64url').toString());
    const answer = await call('GET /.well-known/jwks.json');
    const { keys } = jwksResponse.parse(answer.body);
    expect(keys.map((key) => key.kid)).toContain(kid);
    for (const key of keys) {
      const publicPart = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' };
      expect(key).toEqual({ ...publicPart, kid: expect.any(String), x: expect.any(String) });
    }
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
