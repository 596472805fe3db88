import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { authorize } from './authorizer.ts';
import { callIntegration, type IntegrationOutcome, integrationError } from './integration.ts';
import type { GatewayRuntime } from './runtime.ts';
import {
  type AuthorizerContext,
  type ConnectionFacts,
  connectEvent,
  type EventStamp,
} from './websocket-event.ts';
import type { WebSocketRoute } from './websocket-route.ts';

export type Admission =
  | {
      readonly kind: 'admitted';
      readonly authorizer: AuthorizerContext | undefined;
      /** What the integration chose of the subprotocols that the client offers. */
      readonly subprotocol: string | undefined;
    }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly message: string;
  readonly error?: string | undefined;
}

/**
 * Everything that comes before the HTTP 101: the authorizer, then the integration of $connect. Neither is required.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export async function admit(
  runtime: GatewayRuntime,
  route: WebSocketRoute | undefined,
  facts: ConnectionFacts,
  stamp: EventStamp,
  request: IncomingMessage,
): Promise<Admission> {
  if (!route) return { kind: 'admitted', authorizer: undefined, subprotocol: undefined };
  let authorizer: AuthorizerContext | undefined;
  if (route.authorizer) {
    const authorization = await authorize(runtime, route.authorizer, facts, stamp, request);
    if (authorization.kind === 'refused') return authorization;
    authorizer = authorization.context;
  }
  const outcome = await callIntegration(runtime, route, connectEvent(facts, stamp, request, authorizer));
  return judge(outcome, authorizer);
}

/** A function that throws is a 502 here and one that is late a 504: the integrations of REST and WebSocket APIs are one. */
function judge(outcome: IntegrationOutcome, authorizer: AuthorizerContext | undefined): Admission {
  const error = integrationError(outcome);
  if (outcome.kind === 'timed-out') return refusal(504, 'Endpoint request timed out', error);
  if (outcome.kind === 'failed') return refusal(502, 'Internal server error', error);
  const { statusCode, headers } = fields(outcome.payload);
  if (typeof statusCode !== 'number' || !STATUS_CODES[statusCode])
    return refusal(502, 'Internal server error', 'Integration.MalformedResponse');
  if (statusCode < 200 || statusCode > 299) return refusal(statusCode, STATUS_CODES[statusCode] ?? '');
  return { kind: 'admitted', authorizer, subprotocol: subprotocolOf(headers) };
}

function refusal(status: number, message: string, error?: string): Refusal {
  return { kind: 'refused', status, message, error };
}

function fields(payload: unknown): { statusCode?: unknown; headers?: unknown } {
  return typeof payload === 'object' && payload !== null ? payload : {};
}

function subprotocolOf(headers: unknown): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const chosen = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol');
  const value: unknown = chosen?.[1];
  return typeof value === 'string' ? value : undefined;
}

/** What a client must send for an upgrade, RFC 6455 section 4.2.1; undefined when it is all there. */
export function handshakeFault(request: IncomingMessage): Refusal | undefined {
  if (request.method !== 'GET') return refusal(405, 'Method Not Allowed');
  const { 'sec-websocket-key': key, 'sec-websocket-version': version } = request.headers;
  const isKey = /^[+/0-9A-Za-z]{22}==$/.test(key ?? '');
  return isKey && version === '13' ? undefined : refusal(400, 'Bad Request');
}

/** Answers an upgrade request with a plain HTTP response and ends the connection. */
export function refuseUpgrade(socket: Duplex, requestId: string, { status, message }: Refusal): void {
  if (socket.destroyed) return;
  const body = JSON.stringify({ message });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-amzn-requestid: ${requestId}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
