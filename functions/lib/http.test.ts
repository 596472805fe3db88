import { describe, expect, it, vi } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { limits, userRateLimits } from '../../shared/limits.ts';
import { anIdentity, anna, sessionId } from '../../test/support/builders.ts';
import { capturedLogs } from '../../test/support/captured-logs.ts';
import { routesOfEachKind } from '../../test/support/http-routes.ts';
import { httpCaller } from '../../test/support/in-memory-aws.ts';
import { anonymous, httpHandler } from './http.ts';

vi.hoisted(() => vi.stubEnv('LOG_LEVEL', 'INFO'));
const logs = capturedLogs();

const password = 'correct horse battery staple';
const forgot = 'POST /auth/password/forgot';
const body = { email: 'anna@example.org' };

describe('access', () => {
  it('[A1] public: nobody is asked who they are, and a token is not even looked at', async () => {
    const { call, reached } = await routesOfEachKind();
    expect((await call(forgot, { body })).status).toBe(202);
    expect((await call(forgot, { body, authorization: 'Bearer nonsense' })).status).toBe(202);
    expect(reached).toMatchObject([{ identity: anonymous }, { identity: anonymous }]);
  });

  it('[A1] session: needs a token of a living session', async () => {
    const { call, reached, token, sessions, clock } = await routesOfEachKind();
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
    const { call, token } = await routesOfEachKind();
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
    const { call, reached, token, sessions } = await routesOfEachKind();
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
    const { call, reached, token, sessions } = await routesOfEachKind();
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
    expect(logs.text()).not.toContain('reached');
  });

  it.each(['GET /admin', 'toString', '__proto__', 'constructor', '$default', 'GET /me'])(
    'answers 404 to a route that is not here: %s',
    async (route) => {
      const { call } = await routesOfEachKind();
      const answer = await call(route);
      expect(problem.parse(answer.body)).toMatchObject({ status: 404, code: 'request.not_found' });
    },
  );
});

describe('what a caller gets', () => {
  it('is never kept by anybody on the way, unless a route says so', async () => {
    const { call, token } = await routesOfEachKind();
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
    const { call, token } = await routesOfEachKind();
    const answer = await call('POST /auth/logout', { token: await token() });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it('[A3] is a problem when something is wrong, with the id of the request', async () => {
    const { call } = await routesOfEachKind();
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
    const { call } = await routesOfEachKind();
    const answer = await call('POST /auth/refresh', { body: { refresh_token: 'x' } });
    expect(problem.parse(answer.body)).toMatchObject({ status: 500, code: 'internal' });
    expect(answer.text).not.toMatch(/secret detail|auth-x|\.ts|at /);
    expect(logs.text()).toContain('a secret detail');
  });
});
