import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { WebSocketApiDefinition } from '../contracts.ts';
import { checkIdentitySources } from './authorizer.ts';
import type { Connection, Connections } from './connections.ts';
import { isLoopbackHost, sourceIp, splitTarget } from './request-facts.ts';
import type { GatewayRuntime } from './runtime.ts';
import { createThrottle } from './throttle.ts';
import { type Admission, admit, handshakeFault, type Refusal, refuseUpgrade } from './websocket-connect.ts';
import { type Close, closeReason, logConnection, newStamp, sendDisconnect } from './websocket-disconnect.ts';
import type { AuthorizerContext, ConnectionFacts, EventStamp } from './websocket-event.ts';
import { createMessageHandler } from './websocket-messages.ts';
import { receiveMessages } from './websocket-receive.ts';

export interface WebSocketApi {
  /** Answers an upgrade request, with 101 or a refusal. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

/**
 * A WebSocket API with its one stage, at `/<stageName>`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
 */
export function createWebSocketApi(
  runtime: GatewayRuntime,
  definition: WebSocketApiDefinition,
  connections: Connections,
): WebSocketApi {
  checkIdentitySources(definition.routes);
  const routeOf = new Map(definition.routes.map((route) => [route.routeKey, route]));
  const throttle = createThrottle(definition.throttle, runtime.clock);
  const handleMessage = createMessageHandler(runtime, definition, throttle);
  const completeHandshake = createHandshake(runtime);

  async function decide(facts: ConnectionFacts, stamp: EventStamp, request: IncomingMessage) {
    const fault = misdirected(request, definition.stageName) ?? handshakeFault(request);
    if (fault) return fault;
    if (!throttle.admits()) return tooManyRequests;
    return admit(runtime, routeOf.get('$connect'), facts, stamp, request);
  }

  return {
    async upgrade(request, socket, head) {
      socket.on('error', reportedByClose);
      const stamp = newStamp(runtime);
      const facts = factsOf(runtime, definition, request);
      const admission = await decide(facts, stamp, request);
      logAdmission(runtime, facts, stamp, admission);
      if (admission.kind === 'refused') {
        refuseUpgrade(socket, stamp.requestId, admission);
        return;
      }
      const { authorizer, subprotocol } = admission;
      const ws = completeHandshake({ request, socket, head, subprotocol });
      // Without it the client left while $connect ran: the function has seen it come, so it sees it go.
      let closed: Close = { code: 1006, reason: closeReason(1006) };
      if (ws) {
        const connection = newConnection(facts, authorizer, ws);
        receiveMessages(runtime, connection, socket, handleMessage);
        connections.add(connection);
        closed = await closeOf(connection);
        connections.remove(connection);
      }
      await sendDisconnect(runtime, routeOf.get('$disconnect'), facts, authorizer, closed);
    },
  };
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly subprotocol: string | undefined;
}

/** Writes the 101 and returns the socket, or undefined when the client is gone. */
function createHandshake({ limits }: GatewayRuntime): (handshake: Handshake) => WebSocket | undefined {
  const chosen = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageMaxBytes,
    handleProtocols(offered, request) {
      const subprotocol = chosen.get(request);
      return subprotocol !== undefined && offered.has(subprotocol) ? subprotocol : false;
    },
  });
  return ({ request, socket, head, subprotocol }) => {
    if (subprotocol !== undefined) chosen.set(request, subprotocol);
    let open: WebSocket | undefined;
    server.handleUpgrade(request, socket, head, (ws) => {
      open = ws;
    });
    return open;
  };
}

function newConnection(
  facts: ConnectionFacts,
  authorizer: AuthorizerContext | undefined,
  socket: WebSocket,
): Connection {
  return { facts, authorizer, socket, lastActiveAt: facts.connectedAt, closing: undefined };
}

/** Ends with the connection; what this side gave as the reason counts, else what the client said. */
async function closeOf(connection: Connection): Promise<Close> {
  const { promise, resolve } = Promise.withResolvers<Close>();
  connection.socket.on('close', (code, reason) =>
    resolve(connection.closing ?? { code, reason: reason.toString() || closeReason(code) }),
  );
  return promise;
}

/** An error of the socket ends it, and its `close` is what is acted on. */
function reportedByClose(): void {}

const tooManyRequests: Refusal = { kind: 'refused', status: 429, message: 'Too Many Requests' };

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api.html */
function misdirected(request: IncomingMessage, stageName: string): Refusal | undefined {
  if (!isLoopbackHost(request.headers.host))
    return { kind: 'refused', status: 421, message: 'Misdirected Request' };
  const path = splitTarget(request.url ?? '')?.path;
  if (path === `/${stageName}` || path === `/${stageName}/`) return undefined;
  return { kind: 'refused', status: 403, message: 'Forbidden' };
}

function factsOf(
  runtime: GatewayRuntime,
  definition: WebSocketApiDefinition,
  request: IncomingMessage,
): ConnectionFacts {
  const userAgent = request.headers['user-agent'];
  return {
    connectionId: runtime.ids.connectionId(),
    apiId: definition.apiId,
    stage: definition.stageName,
    domainName: request.headers.host ?? '',
    connectedAt: runtime.clock.now(),
    identity: { sourceIp: sourceIp(request), ...(userAgent !== undefined && { userAgent }) },
  };
}

function logAdmission(
  runtime: GatewayRuntime,
  facts: ConnectionFacts,
  stamp: EventStamp,
  admission: Admission,
): void {
  if (admission.kind === 'admitted') logConnection(runtime, facts, stamp, 'CONNECT', 101, undefined);
  else logConnection(runtime, facts, stamp, 'CONNECT', admission.status, admission.error);
}
