import type * as z from 'zod/mini';
import { type TokensResponse, tokensResponse } from '../../events/account-contracts.ts';
import type { ClientEnvironment } from './environment.ts';
import { ProblemError, type SessionEnd, SignedOutError, UnreachableError } from './problem-error.ts';
import { readProblem } from './read-problem.ts';
import type { SessionStore, StoredSession } from './session-store.ts';
import { parseTolerantly } from './tolerant.ts';

/** Longer than the 29 s that API Gateway gives an integration: then nobody will answer any more. */
const timeoutMs = 30_000;
/**
 * A lost answer is asked for again with the same token, which the server takes for `limits.refreshGraceSeconds` only:
 * both attempts must be over by then.
 */
const refreshTimeoutMs = 10_000;
/** So long the store of one tab may lag behind another's. */
const otherTabsNewsMs = 1_000;
/** An access token that ends sooner than this is refreshed before it is used. */
const refreshAheadMs = 30_000;

export interface HttpRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Undefined for an answer without content. */
  readonly response?: z.ZodMiniType<T>;
  readonly signal?: AbortSignal;
  /** The request outlives the page. */
  readonly keepalive?: boolean;
}

export interface HttpClient {
  /** Sends without a token: signing in and registering. Throws ProblemError, UnreachableError. */
  anonymous<T>(request: HttpRequest<T>): Promise<T>;
  /**
   * Sends with the access token, refreshing it once if need be. Throws SignedOutError as well. A 401 that speaks of
   * something else than the session (a wrong code, a wrong password) is a ProblemError like any other.
   */
  authorized<T>(request: HttpRequest<T>): Promise<T>;
  /** The same for one session alone: nothing that began in it is ever sent in the name of the next one. */
  forSession(sessionId: string): HttpClient;
  /** Keeps what register, login and refresh answer. */
  adopt(tokens: TokensResponse): StoredSession;
  /** Tells the server that this session is over, whatever the store holds by now. Throws ProblemError, UnreachableError. */
  end(session: StoredSession): Promise<void>;
}

export interface HttpClientOptions {
  /** Empty for the page's own origin. */
  readonly baseUrl: string;
  readonly sessions: SessionStore;
  readonly environment: Pick<ClientEnvironment, 'fetch' | 'now' | 'locks' | 'setTimer'>;
  /** Called when the server says that this session is over, before the SignedOutError is thrown. */
  onSignedOut(sessionId: string, end: SessionEnd): void;
}

/** The 401s that speak of the session; of these a new access token mends the first two. */
const sessionCodes = new Set(['auth.unauthenticated', 'auth.token_expired', 'auth.session_ended']);

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { baseUrl, sessions, environment } = options;

  async function exchange<T>(request: HttpRequest<T>, token?: string, patienceMs = timeoutMs): Promise<T> {
    const timeout = new AbortController();
    const cancelTimeout = environment.setTimer(() => timeout.abort(), patienceMs);
    const signals = request.signal === undefined ? [timeout.signal] : [timeout.signal, request.signal];
    const init = { ...requestInit(request, token), signal: AbortSignal.any(signals) };
    try {
      const response = await environment.fetch(`${baseUrl}${request.path}${queryText(request.query)}`, init);
      if (!response.ok) throw await readProblem(response);
      if (request.response === undefined) return undefined as T;
      const parsed = parseTolerantly(request.response, await response.json());
      if (!parsed.success) throw parsed.error;
      return parsed.data;
    } catch (error) {
      // A ProblemError is an answer; whatever else went wrong on the way means that none came.
      throw error instanceof ProblemError ? error : new UnreachableError(error);
    } finally {
      cancelTimeout();
    }
  }

  function adopt(tokens: TokensResponse): StoredSession {
    const session: StoredSession = {
      user: tokens.user,
      session_id: tokens.session_id,
      access_token: tokens.access_token,
      refresh_token: tokens.refresh_token,
      expires_at_ms: environment.now() + tokens.expires_in * 1000,
    };
    sessions.write(session);
    return session;
  }

  async function successor(refreshToken: string): Promise<TokensResponse> {
    const request = {
      method: 'POST',
      path: '/auth/refresh',
      body: { refresh_token: refreshToken },
      response: tokensResponse,
    } as const;
    return await exchange(request, undefined, refreshTimeoutMs).catch((error: unknown) => {
      if (error instanceof UnreachableError) return exchange(request, undefined, refreshTimeoutMs);
      throw error;
    });
  }

  /** The session that the store holds, if it is still the one that was begun with. */
  function current(sessionId: string): StoredSession {
    const session = sessions.read();
    if (session?.session_id !== sessionId) throw new SignedOutError('replaced');
    return session;
  }

  /**
   * One refresh at a time across all tabs: a refresh token works once, so whoever comes second finds the tokens that
   * the first one wrote. `stale` has the access token that did not do.
   */
  async function refresh(stale: StoredSession): Promise<StoredSession> {
    const lock = 'confab.refresh';
    const atOnce = await environment.locks.request(lock, { ifAvailable: true }, async (held) =>
      held ? await renew(stale) : undefined,
    );
    if (atOnce) return atOnce;
    return await environment.locks.request(lock, {}, async () => {
      await newsOf(stale);
      return await renew(stale);
    });
  }

  /** Only under the lock. */
  async function renew(stale: StoredSession): Promise<StoredSession> {
    const session = current(stale.session_id);
    if (session.access_token !== stale.access_token) return session;
    try {
      const tokens = await successor(session.refresh_token);
      // Signed out while the answer was on its way: do not bring the session back.
      current(stale.session_id);
      return adopt(tokens);
    } catch (error) {
      throw isStatus(error, 401) ? new SignedOutError('lapsed') : error;
    }
  }

  /** What another tab has written may reach this one a moment after the lock does. It may also have failed: not for long. */
  function newsOf(stale: StoredSession): Promise<void> {
    if (sessions.read()?.access_token !== stale.access_token) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        unsubscribe();
        cancelTimer();
        resolve();
      };
      const unsubscribe = sessions.subscribe(done);
      const cancelTimer = environment.setTimer(done, otherTabsNewsMs);
    });
  }

  async function attempt<T>(request: HttpRequest<T>, session: StoredSession): Promise<T> {
    try {
      return await exchange(request, session.access_token);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'auth.session_ended')
        throw new SignedOutError('ended');
      throw error;
    }
  }

  async function authorized<T>(request: HttpRequest<T>, session: StoredSession): Promise<T> {
    const isFresh = session.expires_at_ms - environment.now() > refreshAheadMs;
    const usable = isFresh ? session : await refresh(session);
    try {
      return await attempt(request, usable);
    } catch (error) {
      if (!isOfSession(error)) throw error;
    }
    return await attempt(request, await refresh(usable)).catch((error: unknown) => {
      throw isOfSession(error) ? new SignedOutError('lapsed') : error;
    });
  }

  async function send<T>(request: HttpRequest<T>, session: StoredSession | undefined): Promise<T> {
    if (session === undefined) throw new SignedOutError('replaced');
    try {
      return await authorized(request, session);
    } catch (error) {
      if (error instanceof SignedOutError && error.end !== 'replaced')
        options.onSignedOut(session.session_id, error.end);
      throw error;
    }
  }

  async function end(session: StoredSession): Promise<void> {
    const request = { method: 'POST', path: '/auth/logout', keepalive: true } as const;
    try {
      await exchange(request, session.access_token);
    } catch (error) {
      if (!isStatus(error, 401)) throw error;
      await exchange(request, (await successor(session.refresh_token)).access_token);
    }
  }

  const client: HttpClient = {
    anonymous: (request) => exchange(request),
    authorized: (request) => send(request, sessions.read()),
    forSession: (sessionId) => ({
      ...client,
      async authorized(request) {
        return await send(request, current(sessionId));
      },
    }),
    adopt,
    end,
  };
  return client;
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof ProblemError && error.status === status;
}

function isOfSession(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401 && sessionCodes.has(error.code);
}

function queryText(query: HttpRequest<unknown>['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

function requestInit(request: HttpRequest<unknown>, token: string | undefined): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  return {
    method: request.method,
    headers,
    body: request.body === undefined ? null : JSON.stringify(request.body),
    ...(request.keepalive && { keepalive: true }),
  };
}
