import { edgeSecretIn, viewerHeaders } from '../support/edge.ts';
import type { ChildCloud } from './child-cloud.ts';

/** The answer to one request of one viewer, and how long it took. */
export interface TimedAnswer {
  readonly ms: number;
  readonly body: unknown;
}

/**
 * People all over the world: every request comes from an address of its own, as it would through CloudFront, so that no
 * limit of one address stands in the way of a measurement.
 */
export interface Viewers {
  /** From the request to the end of the answer. Throws for any other status: a refusal must not pass for a time. */
  call(request: ViewerRequest, status?: number): Promise<TimedAnswer>;
  post(path: string, body: object, status?: number): Promise<TimedAnswer>;
}

interface ViewerRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly token?: string;
}

export function viewersOf({ http, stateDir }: Pick<ChildCloud, 'http' | 'stateDir'>): Viewers {
  const edge = edgeSecretIn(stateDir);
  let count = 0;
  const call: Viewers['call'] = async ({ method, path, body, token }, status = 200) => {
    count += 1;
    const request = {
      method,
      headers: {
        ...viewerHeaders(edge, count),
        ...(body && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    };
    const startedAt = performance.now();
    const response = await fetch(`${http.url}${path}`, request);
    const text = await response.text();
    const ms = performance.now() - startedAt;
    if (response.status !== status)
      throw new Error(`the bench wanted ${status} of ${method} ${path} and got ${response.status} ${text}`);
    return { ms, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { call, post: (path, body, status) => call({ method: 'POST', path, body }, status) };
}
