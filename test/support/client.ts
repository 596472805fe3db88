/**
 * A client of the wire and of nothing else: HTTP with fetch, the socket with the WebSocket of Node. It knows the contracts
 * of events/ and holds every answer against them, so that a flow fails when the server leaves its contract.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Problem, problem } from '../../events/http-contracts.ts';
import { assertDocumented } from './documented.ts';

export interface HttpAnswer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; undefined when there is no body. */
  readonly body: T;
}

export interface HttpCall {
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpClient {
  readonly url: string;
  /** Answers whatever the status is. Throws for an error that is no problem of RFC 9457. */
  call<T = unknown>(method: string, path: string, call?: HttpCall): Promise<HttpAnswer<T>>;
}

/** @param everywhere Headers of each request. */
export function httpClient(url: string, everywhere: HttpCall['headers'] = {}): HttpClient {
  const base = url.replace(/\/$/, '');
  return {
    url: base,
    async call<T>(method: string, path: string, { token, body, rawBody, headers }: HttpCall = {}) {
      const payload = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...everywhere,
          ...(payload !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(payload !== undefined && { body: payload }),
        signal: AbortSignal.timeout(60_000),
      });
      const text = await response.text();
      const answer = { status: response.status, headers: response.headers, body: parse(text) as T };
      if (response.status >= 400) assertProblem(answer, `${method} ${path}`);
      const contentType = response.headers.get('content-type');
      assertDocumented(method, path, { status: response.status, contentType, body: answer.body });
      return answer;
    },
  };
}

/** The problem that a call was refused with; throws when it was not refused. */
export function problemOf(answer: HttpAnswer): Problem {
  if (answer.status < 400)
    throw new Error(`expected a refusal, got ${answer.status} ${JSON.stringify(answer.body)}`);
  return problem.parse(answer.body);
}

/** The body of a call that succeeded with this status; throws, showing the answer, for any other. */
export function bodyOf<T>(answer: HttpAnswer<T>, status = 200): T {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function assertProblem(answer: HttpAnswer, call: string): void {
  const { success } = problem.safeParse(answer.body);
  if (!success || !answer.headers.get('content-type')?.startsWith('application/problem+json'))
    throw new Error(`${call}: ${answer.status} is not a problem: ${JSON.stringify(answer.body)}`);
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the server says to a WebSocket handshake: 101, or the status of its refusal, which browsers do not show. */
export function handshakeStatus(url: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const target = new URL(url.replace(/^ws/, 'http'));
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send(target, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
    },
  });
  request.once('upgrade', (response, socket) => {
    socket.destroy();
    resolve(response.statusCode ?? 0);
  });
  request.once('response', (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  request.once('error', reject);
  request.end();
  return promise;
}
