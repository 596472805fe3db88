import { beforeEach, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { defaultEnvironment } from './environment.ts';
import { createHttpClient } from './http-client.ts';
import { ProblemError, SignedOutError, UnreachableError } from './problem-error.ts';
import { memorySessionStore, type SessionStore } from './session-store.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, convoId } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const time = new VirtualTime();
let server: FakeServer;
let sessions: SessionStore;
let signedOut: number;
let api: Api;

function anApi(fetch: typeof globalThis.fetch, environment = defaultEnvironment()): Api {
  return createApi(
    createHttpClient({
      baseUrl: 'http://fake',
      sessions,
      environment: { ...environment, now: time.now, fetch },
      onSignedOut: () => {
        signedOut += 1;
      },
    }),
  );
}

function refreshes(): number {
  return server.requests.filter((request) => request === 'POST /auth/refresh').length;
}

beforeEach(() => {
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada]);
  sessions = memorySessionStore();
  signedOut = 0;
  const tokens = server.signIn(ada);
  sessions.write({ ...tokens, expires_at_ms: time.now() + 900_000 });
  api = anApi(server.fetch);
});

describe('refreshing', () => {
  it('renews an access token that the server no longer takes, and repeats the request', async () => {
    server.expireAccessTokens();
    await expect(api.conversations()).resolves.toHaveLength(1);
    expect(refreshes()).toBe(1);
  });

  it('renews an access token that is about to end, before it is used', async () => {
    await time.advance(880_000);
    await api.conversations();
    expect(server.requests).toEqual(['POST /auth/refresh', 'GET /conversations?limit=100']);
  });

  it('refreshes once when many requests find the token expired at the same time', async () => {
    server.expireAccessTokens();
    await Promise.all([api.conversations(), api.ticket(), api.history(convoId, {})]);
    expect(refreshes()).toBe(1);
  });

  it('refreshes once for two tabs that share the session and the lock', async () => {
    const environment = defaultEnvironment();
    const tabs = [anApi(server.fetch, environment), anApi(server.fetch, environment)];
    server.expireAccessTokens();
    await Promise.all(tabs.map((tab) => tab.ticket()));
    expect(refreshes()).toBe(1);
  });

  it('reports that the session is over when the refresh token is refused', async () => {
    server.endSession(sessions.read()?.session_id ?? '');
    await expect(api.ticket()).rejects.toThrow(SignedOutError);
    expect(signedOut).toBe(1);
  });

  it('keeps the session when the server cannot be reached', async () => {
    server.expireAccessTokens();
    server.faults.isUnreachable = true;
    await expect(api.ticket()).rejects.toThrow(UnreachableError);
    expect(signedOut).toBe(0);
    server.faults.isUnreachable = false;
    await expect(api.ticket()).resolves.toMatchObject({ expires_in: 30 });
  });

  it('does not bring back a session that was signed out of while its refresh was on the way', async () => {
    server.expireAccessTokens();
    const slow = anApi(async (input, init) => {
      const response = await server.fetch(input, init);
      if (response.ok) sessions.clear();
      return response;
    });
    await expect(slow.ticket()).rejects.toThrow(SignedOutError);
    expect(sessions.read()).toBeUndefined();
  });
});

describe('errors', () => {
  const answering = (status: number, body: string, headers = {}) =>
    anApi(async () => new Response(body, { status, headers })).history(convoId, {});

  it('carries the stable code, the request id and how long to wait', async () => {
    const problem = {
      type: 'about:blank',
      title: 't',
      status: 429,
      detail: 'slow down',
      code: 'rate_limited',
      request_id: 'r1',
    };
    await expect(answering(429, JSON.stringify(problem), { 'retry-after': '7' })).rejects.toMatchObject({
      name: 'ProblemError',
      status: 429,
      code: 'rate_limited',
      message: 'slow down',
      requestId: 'r1',
      retryAfterMs: 7_000,
    });
  });

  it.each([
    [429, 'rate_limited'],
    [503, 'unavailable'],
    [500, 'internal'],
    [418, 'http.418'],
  ])('gives %i a code where a gateway answered without a problem body', async (status, code) => {
    await expect(answering(status, '{"message":"no"}')).rejects.toMatchObject({ code });
    await expect(answering(status, '<html>')).rejects.toBeInstanceOf(ProblemError);
  });

  it('takes an answer that does not fit its schema for no answer', async () => {
    await expect(answering(200, '{"messages":7}')).rejects.toThrow(UnreachableError);
  });

  it('gives up when no answer comes', async () => {
    const clock = new VirtualTime();
    const hanging: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    const outcome = anApi(hanging, { ...defaultEnvironment(), setTimer: clock.setTimer }).history(
      convoId,
      {},
    );
    const expectation = expect(outcome).rejects.toThrow(UnreachableError);
    await clock.advance(30_000);
    await expectation;
  });
});
