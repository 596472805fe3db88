import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { createAccountApi } from './account-api.ts';
import { type Api, createApi } from './api.ts';
import { defaultEnvironment } from './environment.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { ProblemError, type SessionEnd, SignedOutError, UnreachableError } from './problem-error.ts';
import { memorySessionStore, type SessionStore } from './session-store.ts';
import { problem } from './testing/fake-answer.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, aSession, convoId, grace } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const time = new VirtualTime();
let server: FakeServer;
let sessions: SessionStore;
let signedOut: SessionEnd[];
let api: Api;

function anHttpClient(
  fetch: typeof globalThis.fetch,
  environment = defaultEnvironment(),
  view = sessions,
): HttpClient {
  return createHttpClient({
    baseUrl: 'http://fake',
    sessions: view,
    environment: { ...environment, now: time.now, fetch },
    onSignedOut: (_sessionId, end) => signedOut.push(end),
  });
}

function anApi(fetch: typeof globalThis.fetch, environment = defaultEnvironment(), view = sessions): Api {
  return createApi(anHttpClient(fetch, environment, view));
}

/** The store as a tab of another process sees it: what others write shows only when it is waited for. */
function laggingView(store: SessionStore): SessionStore {
  let seen = store.read();
  return {
    ...store,
    read: () => seen,
    write(session) {
      seen = session;
      store.write(session);
    },
    subscribe(listener) {
      queueMicrotask(() => {
        seen = store.read();
        listener();
      });
      return () => {};
    },
  };
}

function refreshes(): number {
  return server.requests.filter((request) => request === 'POST /auth/refresh').length;
}

beforeEach(() => {
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada]);
  sessions = memorySessionStore();
  signedOut = [];
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

  it('waits for what another tab has written, which may come later than the lock', async () => {
    const environment = defaultEnvironment();
    const tabs = [anApi(server.fetch, environment), anApi(server.fetch, environment, laggingView(sessions))];
    server.expireAccessTokens();
    await Promise.all(tabs.map((tab) => tab.ticket()));
    expect(refreshes()).toBe(1);
  });

  it('repeats a refresh whose answer was lost, with the same token, and goes on with its successor', async () => {
    server.expireAccessTokens();
    let losses = 1;
    server.faults.loseAnswer = (route) => route === 'POST /auth/refresh' && losses-- > 0;
    await expect(api.ticket()).resolves.toMatchObject({ expires_in: 30 });
    expect(refreshes()).toBe(2);
    expect(signedOut).toEqual([]);
    await expect(api.conversations()).resolves.toHaveLength(1);
  });

  it('asks again within the grace of the server when a refresh hangs', async () => {
    const clock = new VirtualTime();
    const startMs = clock.now();
    const askedAfterMs: number[] = [];
    const hanging: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        askedAfterMs.push(clock.now() - startMs);
        init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    await time.advance(880_000);
    const outcome = anApi(hanging, { ...defaultEnvironment(), setTimer: clock.setTimer }).ticket();
    const expectation = expect(outcome).rejects.toThrow(UnreachableError);
    await clock.advance(limits.refreshGraceSeconds * 1_000);
    await expectation;
    expect(askedAfterMs).toHaveLength(2);
    expect(askedAfterMs.at(-1)).toBeLessThan((limits.refreshGraceSeconds * 1_000) / 2);
  });

  it('leaves two tabs without a common lock with the same tokens: the grace of the server answers both alike', async () => {
    const tabs = [anApi(server.fetch), anApi(server.fetch)];
    server.expireAccessTokens();
    await Promise.all(tabs.map((tab) => tab.ticket()));
    expect(refreshes()).toBe(2);
    expect(signedOut).toEqual([]);
    await expect(tabs[0]?.conversations()).resolves.toHaveLength(1);
  });

  it('does not refresh for a session that somebody has ended', async () => {
    server.faults.answerRequest = () => problem(401, 'auth.session_ended');
    await expect(api.ticket()).rejects.toThrow(SignedOutError);
    expect(refreshes()).toBe(0);
    expect(signedOut).toEqual(['ended']);
  });

  it.each(['auth.code_invalid', 'auth.invalid_credentials'])(
    'takes a 401 %s for what it is, not for the end of the session',
    async (code) => {
      server.faults.answerRequest = (route) =>
        route === 'POST /auth/reauthenticate' ? problem(401, code) : undefined;
      const account = createAccountApi(anHttpClient(server.fetch));
      await expect(account.reauthenticate({ password: 'wrong' })).rejects.toMatchObject({ code });
      expect(refreshes()).toBe(0);
      expect(signedOut).toEqual([]);
      expect(sessions.read()).toBeDefined();
    },
  );

  it('reports that the session is over when the refresh token is refused', async () => {
    server.forgetSession(sessions.read()?.session_id ?? '');
    await expect(api.ticket()).rejects.toThrow(SignedOutError);
    expect(signedOut).toEqual(['lapsed']);
  });

  it('keeps the session when the server cannot be reached', async () => {
    server.expireAccessTokens();
    server.faults.isUnreachable = true;
    await expect(api.ticket()).rejects.toThrow(UnreachableError);
    expect(signedOut).toEqual([]);
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

describe('one session alone', () => {
  it('sends nothing in the name of who signed in after it, also after a refresh', async () => {
    const http = anHttpClient(server.fetch);
    const adas = createApi(http.forSession(sessions.read()?.session_id ?? ''));
    await expect(adas.conversations()).resolves.toHaveLength(1);
    sessions.write(aSession(server.signIn(grace), time));
    const before = server.requests.length;
    await expect(adas.conversations()).rejects.toThrow(SignedOutError);
    expect(server.requests).toHaveLength(before);
    expect(signedOut).toEqual([]);
    expect(sessions.read()?.user.user_id).toBe(grace);
  });

  it('does not take the tokens of the next person for its own refreshed ones', async () => {
    server.expireAccessTokens();
    const switching = anHttpClient(async (input, init) => {
      const response = await server.fetch(input, init);
      sessions.write(aSession(server.signIn(grace), time));
      return response;
    });
    const adas = createApi(switching.forSession(sessions.read()?.session_id ?? ''));
    await expect(adas.conversations()).rejects.toThrow(SignedOutError);
    expect(server.requests).toEqual(['GET /conversations?limit=100']);
    expect(signedOut).toEqual([]);
  });

  it('can be ended on the server after the store has forgotten it, with an access token that ran out too', async () => {
    const session = sessions.read();
    if (session === undefined) throw new Error('not signed in');
    sessions.clear();
    server.expireAccessTokens();
    await anHttpClient(server.fetch).end(session);
    expect(server.accounts.sessions.count).toBe(0);
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
