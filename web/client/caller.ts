import type * as z from 'zod/mini';
import type { HttpClient, HttpRequest } from './http-client.ts';

type Method = HttpRequest<unknown>['method'];

export interface CallOptions {
  readonly body?: unknown;
  readonly query?: HttpRequest<unknown>['query'];
  readonly signal?: AbortSignal | undefined;
}

/** The two shapes of a call to the HTTP API. Both throw as HttpClient.authorized says. */
export interface Caller {
  /** For an answer that has a body. */
  readonly ask: <T>(
    method: Method,
    path: string,
    response: z.ZodMiniType<T>,
    options?: CallOptions,
  ) => Promise<T>;
  /** For an answer without content. */
  readonly call: (method: Method, path: string, options?: CallOptions) => Promise<void>;
}

export function createCaller(http: HttpClient): Caller {
  return {
    ask: (method, path, response, options = {}) =>
      http.authorized({ method, path, response, ...present(options) }),
    call: (method, path, options = {}) => http.authorized({ method, path, ...present(options) }),
  };
}

/** A path of these parts, whatever is in them. */
export function pathOf(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}

function present({
  body,
  query,
  signal,
}: CallOptions): Pick<HttpRequest<never>, 'body' | 'query' | 'signal'> {
  return {
    ...(body !== undefined && { body }),
    ...(query !== undefined && { query }),
    ...(signal !== undefined && { signal }),
  };
}
