import { describe, expect, it, vi } from 'vitest';
import { anna, sessionId } from '../../test/support/builders.ts';
import { capturedLogs } from '../../test/support/captured-logs.ts';
import { routesOfEachKind } from '../../test/support/http-routes.ts';
import type { HttpCall } from '../../test/support/in-memory-aws.ts';

vi.hoisted(() => vi.stubEnv('LOG_LEVEL', 'INFO'));
const logs = capturedLogs();

const password = 'correct horse battery staple';
const forgot = 'POST /auth/password/forgot';
const body = { email: 'anna@example.org' };

/** The one line that an invocation leaves, and all that was written with it. */
function logLine(): { line: Record<string, unknown>; text: string } {
  const invocations = logs.lines().filter(({ message }) => message === 'invocation');
  expect(invocations).toHaveLength(1);
  return { line: invocations[0] ?? {}, text: logs.text() };
}

describe('the log line', () => {
  const refusedWith = async (route: string, request: HttpCall) => {
    const { call } = await routesOfEachKind();
    await call(route, request);
    return logLine();
  };

  it('says what was called, by whom, and how it ended', async () => {
    const { call, token } = await routesOfEachKind();
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
    const { call, token, sessions } = await routesOfEachKind();
    const request = { token: await token() };
    await sessions.end(anna, [sessionId('one')]);
    await call('GET /auth/sessions', request);
    const { line, text } = logLine();
    expect(line).toMatchObject({ user_id: anna, status: 401, code: 'auth.session_ended' });
    expect(text).not.toContain(request.token);
  });

  it('knows nobody from the call before', async () => {
    const { call, token } = await routesOfEachKind();
    await call('GET /auth/sessions', { token: await token() });
    logs.clear();
    await call(forgot, { body });
    expect(logLine().line).not.toHaveProperty('user_id');
  });
});
