import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Connection, type Connections, closeConnection } from './connections.ts';
import { readBody } from './read-body.ts';
import { decodeSegments, sourceIp, splitTarget } from './request-facts.ts';
import type { GatewayRuntime } from './runtime.ts';

export interface ManagementApi {
  /** Whether the request is for @connections of the stage. */
  takes(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

interface Answer {
  readonly status: number;
  /** The name by which an SDK raises the error. */
  readonly errorType?: string;
  readonly body?: unknown;
}

const gone: Answer = { status: 410, errorType: 'GoneException', body: { message: null } };
const tooLarge: Answer = {
  status: 413,
  errorType: 'PayloadTooLargeException',
  body: { message: 'Payload Too Large' },
};
const bufferFull: Answer = {
  status: 429,
  errorType: 'LimitExceededException',
  body: { message: 'Limit Exceeded' },
};
const forbidden: Answer = { status: 403, errorType: 'ForbiddenException', body: { message: 'Forbidden' } };
const notFound: Answer = { status: 404, errorType: 'NotFoundException', body: { message: 'Not Found' } };
const normalClosure = { code: 1000, reason: 'Connection Closed Normally' } as const;

/**
 * `POST | GET | DELETE /<stage>/@connections/{connectionId}`. Callers show the one access key that functions are given;
 * their signature is not computed again, since nobody can listen in on a loopback.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function createManagementApi(
  runtime: GatewayRuntime,
  stageName: string,
  accessKeyId: string,
  connections: Connections,
): ManagementApi {
  const isCaller = sameText(accessKeyId);

  async function answer(request: IncomingMessage, connectionId: string | undefined): Promise<Answer> {
    if (!isCaller(credentialOf(request.headers.authorization))) return forbidden;
    if (connectionId === undefined) return notFound;
    if (request.method === 'POST') return post(request, connectionId);
    const connection = connections.get(connectionId);
    if (!connection) return gone;
    if (request.method === 'GET') return { status: 200, body: describe(connection) };
    if (request.method !== 'DELETE') return notFound;
    closeConnection(connection, normalClosure);
    return { status: 204 };
  }

  async function post(request: IncomingMessage, connectionId: string): Promise<Answer> {
    const body = await readBody(request, runtime.limits.messageMaxBytes);
    if (body.kind !== 'complete') return tooLarge;
    const connection = connections.get(connectionId);
    if (!connection) return gone;
    const { socket } = connection;
    if (socket.bufferedAmount + body.bytes.length > runtime.limits.sendBufferMaxBytes) return bufferFull;
    connection.lastActiveAt = runtime.clock.now();
    socket.send(body.bytes.toString('utf8'), closedMeanwhile);
    return { status: 200 };
  }

  return {
    takes(request) {
      const [stage, marker] = pathSegments(request);
      return stage === stageName && marker === '@connections';
    },
    async handle(request, response) {
      const requestTimeEpoch = runtime.clock.now();
      const requestId = runtime.ids.requestId();
      const [, , connectionId, ...rest] = pathSegments(request);
      const reply = await answer(request, rest.length === 0 ? connectionId : undefined);
      send(response, requestId, reply);
      runtime.accessLog({
        api: 'management',
        requestId,
        requestTimeEpoch,
        sourceIp: sourceIp(request),
        httpMethod: request.method,
        routeKey: `${request.method} @connections`,
        connectionId,
        status: reply.status,
        responseLatencyMs: runtime.clock.now() - requestTimeEpoch,
      });
    },
  };
}

function pathSegments(request: IncomingMessage): string[] {
  return decodeSegments(splitTarget(request.url ?? '')?.path ?? '') ?? [];
}

function describe({ facts, lastActiveAt }: Connection) {
  return {
    connectedAt: new Date(facts.connectedAt).toISOString(),
    identity: facts.identity,
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  };
}

function send(response: ServerResponse, requestId: string, { status, errorType, body }: Answer): void {
  if (response.destroyed) return;
  response.setHeader('x-amzn-requestid', requestId);
  if (errorType !== undefined) response.setHeader('x-amzn-errortype', errorType);
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The access key id of a Signature Version 4 header: `AWS4-HMAC-SHA256 Credential=AKID/20260101/…`. */
function credentialOf(authorization: string | undefined): string | undefined {
  return /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\//.exec(authorization ?? '')?.[1];
}

/** Compares in constant time: on a laptop the key id is what proves a caller. */
function sameText(expected: string): (given: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(expected);
  return (given) => given !== undefined && timingSafeEqual(digest(given), wanted);
}

/** A post that races with the end of its connection is lost, as on AWS; the next one answers 410. */
function closedMeanwhile(): void {}
