import type * as z from 'zod/mini';
import { type TokensResponse, tokensResponse } from '../../events/http-contracts.ts';
import type { ClientEnvironment } from './environment.ts';
import { ProblemError, SignedOutError, UnreachableError } from './problem-error.ts';
import { readProblem } from './read-problem.ts';
import type { SessionStore, StoredSession } from './session-store.ts';

/** Longer than the 29 s that API Gateway gives an integration: then nobody will answer any more. */
const timeoutMs = 30_000;
/** An access token that ends sooner than this is refreshed before it is used. */
const refreshAheadMs = 30_000;

export interface HttpRequest<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Undefined for an answer without content. */
  readonly response?: z.ZodMiniType<T>;
  readonly signal?: AbortSignal;
}

export interface HttpClient {
  /** Sends without a token: signing in and registering. Throws ProblemError, UnreachableError. */
  anonymous<T>(request: HttpRequest<T>): Promise<T>;
  /** Sends with the access token, refreshing it once if need be. Throws SignedOutError as well. */
  authorized<T>(request: HttpRequest<T>): Promise<T>;
  /** Keeps what register, login and refresh answer. */
  adopt(tokens: TokensResponse): StoredSession;
}

export interface HttpClientOptions {
  /** Empty for the page's own origin. */
  readonly baseUrl: string;
  readonly sessions: SessionStore;
  readonly environment: Pick<ClientEnvironment, 'fetch' | 'now' | 'locks' | 'setTimer'>;
  /** Called when the server says that the session is over, before the SignedOutError is thrown. */
  onSignedOut(): void;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { baseUrl, sessions, environment } = options;

  async function exchange<T>(request: HttpRequest<T>, token?: string): Promise<T> {
    const timeout = new AbortController();
    const cancelTimeout = environment.setTimer(() => timeout.abort(), timeoutMs);
    const signals = request.signal === undefined ? [timeout.signal] : [timeout.signal, request.signal];
    const init = { ...requestInit(request, token), signal: AbortSignal.any(signals) };
    try {
      const response = await environment.fetch(`${baseUrl}${request.path}${queryText(request.query)}`, init);
      if (!response.ok) throw await readProblem(response);
      if (request.response === undefined) return undefined as T;
      return request.response.parse(await response.json());
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

  /**
   * One refresh at a time across all tabs: a refresh token works once, so whoever comes second finds the tokens that
   * the first one wrote. `staleToken` is the access token that did not do.
   */
  function refresh(staleToken: string): Promise<StoredSession> {
    return environment.locks.request('confab.refresh', {}, async () => {
      const session = sessions.read();
      if (session === undefined) throw new SignedOutError();
      if (session.access_token !== staleToken) return session;
      try {
        const tokens = await exchange({
          method: 'POST',
          path: '/auth/refresh',
          body: { refresh_token: session.refresh_token },
          response: tokensResponse,
        });
        // Signed out while the answer was on its way: do not bring the session back.
        if (sessions.read()?.session_id !== session.session_id) throw new SignedOutError();
        return adopt(tokens);
      } catch (error) {
        if (!(error instanceof ProblemError) || error.status !== 401) throw error;
        throw new SignedOutError();
      }
    });
  }

  async function authorized<T>(request: HttpRequest<T>): Promise<T> {
    const session = sessions.read();
    if (session === undefined) throw new SignedOutError();
    const isFresh = session.expires_at_ms - environment.now() > refreshAheadMs;
    const { access_token: token } = isFresh ? session : await refresh(session.access_token);
    try {
      return await exchange(request, token);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 401) throw error;
    }
    const renewed = await refresh(token);
    return await exchange(request, renewed.access_token).catch((error: unknown) => {
      throw error instanceof ProblemError && error.status === 401 ? new SignedOutError() : error;
    });
  }

  return {
    anonymous: (request) => exchange(request),
    async authorized(request) {
      try {
        return await authorized(request);
      } catch (error) {
        if (error instanceof SignedOutError) options.onSignedOut();
        throw error;
      }
    },
    adopt,
  };
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
  };
}
