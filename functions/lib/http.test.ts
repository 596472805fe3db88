import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { type Identity, signAccessToken } from '../../shared/auth/access-token.ts';
import { deriveSigningKeys, type SigningKeys, signingEpoch } from '../../shared/auth/signing-keys.ts';
import { AppError } from '../../shared/errors.ts';
import { limits, userRateLimits } from '../../shared/limits.ts';
import { anIdentity, anna, aSession, movableClock, sessionId, startMs } from '../../test/support/builders.ts';
import { inMemoryGate, inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import {
  aContext,
  anHttpEvent,
  type HttpCall,
  httpCaller,
  signingSecret,
} from '../../test/support/in-memory-aws.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { edgeHeader, viewerHeader } from './viewer-address.ts';

vi.hoisted(() => vi.stubEnv('LOG_LEVEL', 'INFO'));
const { anonymous, httpHandler } = await import('./http.ts');

const issuer = 'https://chat.example.org';
const password = 'correct horse battery staple';
let keys: SigningKeys;
let logged: string[] = [];

beforeAll(async () => {
  keys = await deriveSigningKeys(signingSecret, signingEpoch(startMs));
});
beforeEach(() => {
  logged = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      logged.push(String(text));
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

/** The one line that an invocation leaves, and all that was written with it. */
function logLine(): { line: Record<string, unknown>; text: string } {
  const lines = logged.map((text) => JSON.parse(text) as Record<string, unknown>);
  const invocations = lines.filter(({ message }) => message === 'invocation');
  expect(invocations).toHaveLength(1);
  return { line: invocations[0] ?? {}, text: logged.join('') };
}

/** A route of each kind. What reaches them is remembered. */
async function setup() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  await sessions.add(aSession());
  const publicKeys = inMemoryPublicKeyStore(clock);
  await publicKeys.publish(keys.kid, keys.publicJwk, keys.expiresAt);
  const edge = { accepted: async () => ['the secret of the edge'] };
  const gate = inMemoryGate(sessions, clock);
  const reached: unknown[] = [];
  const reach = async <A>(request: unknown, answer: A) => {
    reached.push(request);
    return answer;
  };
  const handler = httpHandler(
    {
      'POST /auth/refresh': {
        run: async () => {
          throw new Error('table auth-x: a secret detail');
        },
      },
      'POST /auth/login': {
        run: async () => {
          throw new AppError('auth.invalid_credentials');
        },
      },
      'POST /auth/password/forgot': {
        run: (request) => reach(request, { status: 202, body: { challenge_id: 'c', expires_in: 600 } }),
      },
      'POST /auth/otp/request': {
        action: 'account.change',
        run: (request) => reach(request, { status: 202, body: { challenge_id: 'c', expires_in: 600 } }),
      },
      'GET /auth/sessions': { run: (request) => reach(request, { status: 200, body: { sessions: [] } }) },
      'GET /users': {
        action: 'user.search',
        run: (request) => reach(request, { status: 200, body: { users: [] } }),
      },
      'DELETE /me/blocks/{user_id}': { run: (request) => reach(request, { status: 204 }) },
      'POST /auth/logout': { run: (request) => reach(request, { status: 204 }) },
      'GET /.well-known/jwks.json': {
        run: async () => ({
          status: 200,
          body: { keys: [] },
          headers: { 'cache-control': 'public, max-age=300' },
        }),
      },
    },
    { publicKeys, sessions, gate, issuer, clock, edge },
  );
  const token = (identity: Identity = anIdentity()) => signAccessToken(identity, { keys, issuer, clock });
  return { clock, sessions, reached, token, handler, call: httpCaller(handler) };
}

const forgot = 'POST /auth/password/forgot';
const body = { email: 'anna@example.org' };

describe('access', () => {
  it('[A1] public: nobody is asked who they are, and a token is not even looked at', async () => {
    const { call, reached } = await setup();
    expect((await call(forgot, { body })).status).toBe(202);
    expect((await call(forgot, { body, authorization: 'Bearer nonsense' })).status).toBe(202);
    expect(reached).toMatchObject([{ identity: anonymous }, { identity: anonymous }]);
  });

  it('[A1] session: needs a token of a living session', async () => {
    const { call, reached, token, sessions, clock } = await setup();
    const route = 'GET /auth/sessions';
    expect((await call(route, { token: await token() })).status).toBe(200);
    expect(reached).toMatchObject([{ identity: anIdentity() }]);
    const old = await token();
    const foreign = await token(anIdentity(anna, 'never'));
    await sessions.end(anna, [sessionId('one')]);
    const refusals = [
      [{}, 'auth.unauthenticated'],
      [{ authorization: '' }, 'auth.unauthenticated'],
      [{ authorization: `Basic ${old}` }, 'auth.unauthenticated'],
      [{ authorization: `Bearer ${old} ${old}` }, 'auth.unauthenticated'],
      [{ token: `${old}x` }, 'auth.unauthenticated'],
      [{ token: old }, 'auth.session_ended'],
      [{ token: foreign }, 'auth.session_ended'],
    ] as const;
    for (const [request, code] of refusals) {
      const answer = await call(route, request);
      expect(problem.parse(answer.body)).toMatchObject({ status: 401, code });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    clock.advance((limits.accessTokenTtlSeconds + 6) * 1_000);
    expect(problem.parse((await call(route, { token: old })).body).code).toBe('auth.token_expired');
    expect(reached).toHaveLength(1);
  });

  it('[A3] session with an action: takes a token of that person, and says when the next one is there', async () => {
    const { call, token } = await setup();
    const request = { token: await token(), query: { query: 'a' } };
    const { burst, refillMs } = userRateLimits['user.search'];
    for (let count = 0; count < burst; count += 1) {
      expect((await call('GET /users', request)).status).toBe(200);
    }
    const answer = await call('GET /users', request);
    expect(problem.parse(answer.body)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.headers['retry-after']).toBe(String(Math.ceil(refillMs / 1_000)));
  });

  it('[A1] optional: who names no token is nobody, who names one must be somebody', async () => {
    const { call, reached, token, sessions } = await setup();
    const route = 'POST /auth/otp/request';
    const request = { body: { ...body, purpose: 'login' } };
    expect((await call(route, request)).status).toBe(202);
    expect((await call(route, { ...request, token: await token() })).status).toBe(202);
    expect(reached).toMatchObject([{ identity: anonymous }, { identity: anIdentity() }]);
    for (const authorization of ['', 'Bearer ', 'Bearer nonsense', `Token ${await token()}`]) {
      const answer = await call(route, { ...request, authorization });
      expect(problem.parse(answer.body).code).toBe('auth.unauthenticated');
    }
    await sessions.end(anna, [sessionId('one')]);
    const answer = await call(route, { ...request, token: await token() });
    expect(problem.parse(answer.body).code).toBe('auth.session_ended');
    expect(reached).toHaveLength(2);
  });

  it('[A1] ending: a session that is over may come again, but no invented one', async () => {
    const { call, reached, token, sessions } = await setup();
    const request = { token: await token() };
    await sessions.end(anna, [sessionId('one')]);
    expect((await call('POST /auth/logout', request)).status).toBe(204);
    expect(reached).toMatchObject([{ identity: anIdentity() }]);
    for (const refused of [{}, { token: 'x' }]) {
      expect(problem.parse((await call('POST /auth/logout', refused)).body).code).toBe(
        'auth.unauthenticated',
      );
    }
  });

  it('[A1] fails closed: a group that cannot check sessions lets nobody pass', async () => {
    const handler = httpHandler({
      'GET /auth/sessions': { run: () => Promise.reject(new Error('reached')) },
    });
    const answer = await httpCaller(handler)('GET /auth/sessions', { token: 'x' });
    expect(problem.parse(answer.body)).toMatchObject({ status: 500, code: 'internal' });
    expect(logged.join('')).not.toContain('reached');
  });

  it.each(['GET /admin', 'toString', '__proto__', 'constructor', '$default', 'GET /me'])(
    'answers 404 to a route that is not here: %s',
    async (route) => {
      const { call } = await setup();
      const answer = await call(route);
      expect(problem.parse(answer.body)).toMatchObject({ status: 404, code: 'request.not_found' });
    },
  );
});

describe('what a route gets', () => {
  it('is the body, held against its contract: nothing that nobody asked for', async () => {
    const { call, reached } = await setup();
    await call(forgot, { rawBody: JSON.stringify({ ...body, purpose: 'verify', user_id: 'u_X' }) });
    await call(forgot, { rawBody: '{"__proto__":{"admin":true},"email":"anna@example.org"}' });
    expect(reached).toMatchObject([{ body }, { body }]);
    for (const request of reached) expect(Object.keys((request as { body: object }).body)).toEqual(['email']);
  });

  it('is the body also when API Gateway encoded it', async () => {
    const { call, reached } = await setup();
    const rawBody = Buffer.from(JSON.stringify(body)).toString('base64');
    await call(forgot, { rawBody, isBase64Encoded: true });
    expect(reached).toMatchObject([{ body }]);
  });

  it.each([
    ['', 'request.body_not_json'],
    ['{', 'request.body_not_json'],
    ['\u0000', 'request.body_not_json'],
    ['null', 'request.invalid'],
    ['[]', 'request.invalid'],
    ['"text"', 'request.invalid'],
    ['{"email":{"$gt":""}}', 'request.invalid'],
    ['{"email":["anna@example.org"]}', 'request.invalid'],
    ['{"email":"anna@example.org","phone":"+4915112345678"}', 'request.invalid'],
    ['{"__proto__":{"email":"anna@example.org"}}', 'request.invalid'],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'request.invalid'],
  ])('is no body that does not fit: %.40j', async (rawBody, code) => {
    const { call, reached } = await setup();
    expect(problem.parse((await call(forgot, { rawBody })).body)).toMatchObject({ status: 400, code });
    expect(reached).toEqual([]);
  });

  it('is no body above 64 KB, counted in bytes and before who calls is looked at', async () => {
    const { call, reached } = await setup();
    const filled = (chars: number) => JSON.stringify({ ...body, filler: '漢'.repeat(chars) });
    expect((await call(forgot, { rawBody: filled(21_000) })).status).toBe(202);
    for (const route of [forgot, 'GET /auth/sessions']) {
      const answer = await call(route, { rawBody: filled(22_000) });
      expect(problem.parse(answer.body)).toMatchObject({ status: 413, code: 'request.too_large' });
    }
    expect(reached).toHaveLength(1);
  });

  it('is the query, held against its contract', async () => {
    const { call, reached, token } = await setup();
    const request = { token: await token() };
    await call('GET /users', { ...request, query: { query: 'ann', admin: 'true' } });
    expect(reached).toMatchObject([{ query: { query: 'ann' } }]);
    expect(reached).not.toMatchObject([{ query: { admin: 'true' } }]);
    const answer = await call('GET /users', request);
    expect(problem.parse(answer.body)).toMatchObject({
      code: 'request.invalid',
      detail: expect.stringMatching(/^query:/),
    });
  });

  it('is the path as it is, which the use case judges', async () => {
    const { call, reached, token } = await setup();
    const request = { token: await token(), path: { user_id: '../x' } };
    expect((await call('DELETE /me/blocks/{user_id}', request)).status).toBe(204);
    expect(reached).toMatchObject([{ path: { user_id: '../x' } }]);
  });

  it('is where the call comes from: the viewer whom the edge names, the last hop otherwise', async () => {
    const { call, reached } = await setup();
    const viewer = { [viewerHeader]: '2001:db8::1:443' };
    await call(forgot, { body, headers: { ...viewer, [edgeHeader]: 'the secret of the edge' } });
    await call(forgot, { body, headers: { ...viewer, [edgeHeader]: 'a guess' } });
    const userAgent = 'test';
    expect(reached).toMatchObject([
      { device: { ip: '2001:db8::1', userAgent } },
      { device: { ip: '203.0.113.7', userAgent } },
    ]);
  });

  it.each([
    ['x'.repeat(1_000), 'x'.repeat(limits.userAgentMaxChars)],
    [`${'x'.repeat(limits.userAgentMaxChars - 1)}😀`, `${'x'.repeat(limits.userAgentMaxChars - 1)}\ufffd`],
    ['', undefined],
  ])('is what the client calls itself, cut to a whole text: %.10s', async (said, kept) => {
    const { handler, reached } = await setup();
    const event = anHttpEvent(forgot, { body });
    event.requestContext.http.userAgent = said;
    await handler(event, aContext());
    expect(reached).toMatchObject([{ device: { userAgent: kept } }]);
  });
});

describe('what a caller gets', () => {
  it('is never kept by anybody on the way, unless a route says so', async () => {
    const { call, token } = await setup();
    const answer = await call('GET /auth/sessions', { token: await token() });
    expect(answer.headers).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    });
    const keysAnswer = await call('GET /.well-known/jwks.json');
    expect(keysAnswer.headers['cache-control']).toBe('public, max-age=300');
  });

  it('has no type where there is no body', async () => {
    const { call, token } = await setup();
    const answer = await call('POST /auth/logout', { token: await token() });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it('[A3] is a problem when something is wrong, with the id of the request', async () => {
    const { call } = await setup();
    const answer = await call('POST /auth/login', { body: { email: 'a@example.org', password } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(answer.body).toEqual({
      type: 'urn:confab:error:auth.invalid_credentials',
      title: 'E-mail or password is wrong',
      status: 401,
      detail: 'E-mail or password is wrong',
      code: 'auth.invalid_credentials',
      request_id: 'request-1',
    });
  });

  it('hears nothing of what went wrong on our side (ASVS 16.5.1)', async () => {
    const { call } = await setup();
    const answer = await call('POST /auth/refresh', { body: { refresh_token: 'x' } });
    expect(problem.parse(answer.body)).toMatchObject({ status: 500, code: 'internal' });
    expect(answer.text).not.toMatch(/secret detail|auth-x|\.ts|at /);
    expect(logged.join('')).toContain('a secret detail');
  });
});

describe('the log line', () => {
  const refusedWith = async (route: string, request: HttpCall) => {
    const { call } = await setup();
    await call(route, request);
    return logLine();
  };

  it('says what was called, by whom, and how it ended', async () => {
    const { call, token } = await setup();
    await call('GET /auth/sessions', { token: await token() });
    expect(logLine().line).toMatchObject({
      route: 'GET /auth/sessions',
      user_id: anna,
      status: 200,
      outcome: 'ok',
      request_id: 'request-1',
      duration_ms: expect.any(Number),
    });
  });

  it.each([
    ['GET /auth/sessions', {}, 401, 'auth.unauthenticated'],
    ['GET /auth/sessions', { token: 'a.secret.token' }, 401, 'auth.unauthenticated'],
    ['POST /auth/login', { body: { email: 'a@example.org', password } }, 401, 'auth.invalid_credentials'],
    ['POST /auth/login', { body: { email: 7, password } }, 400, 'request.invalid'],
    ['POST /auth/login', { rawBody: `{"password":"${password}"` }, 400, 'request.body_not_json'],
    ['GET /nowhere', {}, 404, 'request.not_found'],
  ])('says that %s was refused and why, without what was sent (ASVS 16.2.5, 16.3.2): %j', async (...row) => {
    const [route, request, status, code] = row;
    const { line, text } = await refusedWith(route, request);
    expect(line).toMatchObject({ route, status, code, outcome: 'refused', level: 'INFO' });
    expect(text).not.toContain(password);
    expect(text).not.toContain('example.org');
    expect(text).not.toContain('a.secret.token');
  });

  it('says who was refused, when that is known: a session that is over, a bucket that is empty', async () => {
    const { call, token, sessions } = await setup();
    const request = { token: await token() };
    await sessions.end(anna, [sessionId('one')]);
    await call('GET /auth/sessions', request);
    const { line, text } = logLine();
    expect(line).toMatchObject({ user_id: anna, status: 401, code: 'auth.session_ended' });
    expect(text).not.toContain(request.token);
  });

  it('knows nobody from the call before', async () => {
    const { call, token } = await setup();
    await call('GET /auth/sessions', { token: await token() });
    logged = [];
    await call(forgot, { body });
    expect(logLine().line).not.toHaveProperty('user_id');
  });
});
