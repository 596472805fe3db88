import { describe, expect, it, vi } from 'vitest';
import { httpApi } from '../../events/http-api.ts';
import { problem } from '../../events/http-contracts.ts';
import { botSessionId, botToken, botTokenExpiry } from '../../shared/bots/bot-token.ts';
import { userRateLimits } from '../../shared/limits.ts';
import { aSession, movableClock, userId } from '../../test/support/builders.ts';
import { capturedLogs } from '../../test/support/captured-logs.ts';
import { inMemoryGate, inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import { type HttpCall, httpCaller, issuer } from '../../test/support/in-memory-aws.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { type HttpRoute, httpRoutes } from '../routes.ts';

vi.hoisted(() => vi.stubEnv('LOG_LEVEL', 'INFO'));
const { httpHandler } = await import('./http.ts');

const logs = capturedLogs();

const bot = userId('bot');
const secret = 's'.repeat(43);
const identity = { userId: bot, sessionId: botSessionId(secret) };
const token = botToken(bot, secret);
const list: readonly HttpRoute[] = httpRoutes;
const message = { body: { content: 'beep', client_msg_id: 'c' }, path: { id: 'c_1' } };

/** Every route that there is, each doing nothing but remembering that it was reached. */
async function setup() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  await sessions.add({ ...aSession(), ...identity, expiresAt: botTokenExpiry });
  const reached: unknown[] = [];
  const run = async (request: unknown) => {
    reached.push(request);
    return { status: 204 };
  };
  const routes = Object.fromEntries(list.map(({ route }) => [route, { run, ...actionOf(route) }]));
  const gate = inMemoryGate(sessions, clock);
  const handler = httpHandler(routes as Parameters<typeof httpHandler>[0], {
    publicKeys: inMemoryPublicKeyStore(clock),
    sessions,
    gate,
    issuer,
    clock,
  });
  return { clock, sessions, reached, call: httpCaller(handler) };
}

const actionOf = (route: string) =>
  route === 'POST /conversations/{id}/messages' ? { action: 'message.send' as const } : {};
/** Something that the contract of the route takes. */
const requestOf = (route: string): HttpCall =>
  'body' in httpApi[route as keyof typeof httpApi]
    ? message
    : { path: { id: 'x' }, query: { since_rev: '0' } };

describe('a bot', () => {
  it('[J1] calls the routes that are for bots, with its token', async () => {
    const { call, reached } = await setup();
    const forBots = list.filter(({ bots }) => bots);
    for (const { route } of forBots)
      expect((await call(route, { token, ...requestOf(route) })).status, route).toBe(204);
    expect(reached).toHaveLength(forBots.length);
    for (const request of reached) expect(request).toMatchObject({ identity });
  });

  it('[J1] gets no other: no ticket for a socket, no account, nothing that people rule with', async () => {
    const { call, reached } = await setup();
    const forPeople = list
      .filter(({ bots, access }) => !bots && access !== 'public')
      .map(({ route }) => route);
    expect(forPeople).toEqual(
      expect.arrayContaining([
        'POST /auth/ws-ticket',
        'DELETE /me',
        'PATCH /me',
        'POST /bots',
        'POST /auth/logout',
      ]),
    );
    for (const route of forPeople) {
      const answer = await call(route, { token, ...requestOf(route) });
      expect(problem.parse(answer.body), route).toMatchObject({ status: 403, code: 'bot.not_allowed' });
    }
    expect(reached).toEqual([]);
  });

  it('[J1] is nobody with a wrong token, one that was replaced, or one that is none', async () => {
    const { call, reached, sessions } = await setup();
    const wrong = [
      botToken(bot, `${'s'.repeat(42)}t`),
      botToken(userId('other'), secret),
      token.slice(0, -1),
      `${token}=`,
      'cb_',
      `cb_${bot}_`,
      // The session of a bot is no secret; naming it proves nothing.
      `cb_${bot}_${identity.sessionId.slice(0, 43)}`,
    ];
    for (const route of ['GET /me', 'POST /conversations/{id}/messages']) {
      for (const one of wrong) {
        const answer = await call(route, { token: one, ...requestOf(route) });
        expect(problem.parse(answer.body), one).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
      }
      await sessions.end(bot, [identity.sessionId]);
      const answer = await call(route, { token, ...requestOf(route) });
      expect(problem.parse(answer.body).code).toBe('auth.unauthenticated');
      await sessions.add({ ...aSession(), ...identity, expiresAt: botTokenExpiry });
    }
    expect(reached).toEqual([]);
  });

  it('[A3] has a rate limit like everybody', async () => {
    const { call } = await setup();
    const route = 'POST /conversations/{id}/messages';
    for (let count = 0; count < userRateLimits['message.send'].burst; count += 1)
      expect((await call(route, { token, ...message })).status).toBe(204);
    expect(problem.parse((await call(route, { token, ...message })).body).code).toBe('rate_limited');
  });

  it('leaves its id in the log and never its token, whatever becomes of the call', async () => {
    const { call } = await setup();
    const calls = [token, `${token}x`, botToken(bot, `${'s'.repeat(42)}t`)];
    for (const one of calls) {
      for (const route of ['GET /me', 'DELETE /me', 'POST /conversations/{id}/messages'])
        await call(route, { token: one, ...requestOf(route) });
    }
    expect(logs.text()).toContain(bot);
    expect(logs.text()).not.toContain('sssss');
  });
});
