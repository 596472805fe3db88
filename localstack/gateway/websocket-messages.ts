import type { WebSocketApiDefinition } from '../contracts.ts';
import type { Connection } from './connections.ts';
import { callIntegration, type IntegrationOutcome, integrationError } from './integration.ts';
import type { GatewayRuntime } from './runtime.ts';
import type { Throttle } from './throttle.ts';
import { type EventStamp, messageEvent } from './websocket-event.ts';
import { createMessageRouter } from './websocket-route.ts';

type MessageHandler = (connection: Connection, body: string) => Promise<void>;

/**
 * Handles messages: each is an invocation of its own, not queued behind the others of its connection, so two that a
 * client sends at once may be worked on in either order. Nothing the function returns goes back, not even an error
 * status; only when it fails, is late, is missing or throttled does the client hear of it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export function createMessageHandler(
  runtime: GatewayRuntime,
  definition: WebSocketApiDefinition,
  throttle: Throttle,
): MessageHandler {
  const selectRoute = createMessageRouter(definition);

  async function deliver(connection: Connection, body: string, stamp: EventStamp): Promise<Delivery> {
    const route = selectRoute(body);
    if (!throttle.admits()) return { ...tooManyRequests, routeKey: route?.routeKey };
    if (!route) return forbidden;
    const { routeKey } = route;
    const message = { messageId: runtime.ids.requestId(), routeKey, body };
    const event = messageEvent(connection.facts, stamp, message, connection.authorizer);
    return { routeKey, ...judge(await callIntegration(runtime, route, event)) };
  }

  return async (connection, body) => {
    const stamp = { requestId: runtime.ids.requestId(), requestTimeEpoch: runtime.clock.now() };
    connection.lastActiveAt = stamp.requestTimeEpoch;
    const { status, routeKey, message, error } = await deliver(connection, body, stamp);
    const { connectionId, identity } = connection.facts;
    if (message !== undefined) {
      const answer = JSON.stringify({ message, connectionId, requestId: stamp.requestId });
      connection.lastActiveAt = runtime.clock.now();
      connection.socket.send(answer, ignoreLateSend);
    }
    runtime.accessLog({
      api: 'websocket',
      eventType: 'MESSAGE',
      ...stamp,
      sourceIp: identity.sourceIp,
      connectionId,
      routeKey,
      status,
      responseLatencyMs: runtime.clock.now() - stamp.requestTimeEpoch,
      integrationError: error,
    });
  };
}

interface Delivery {
  readonly status: number;
  readonly routeKey?: string | undefined;
  /** What the client is told; undefined when all went well. */
  readonly message?: string;
  readonly error?: string | undefined;
}

const forbidden = { status: 403, message: 'Forbidden' } as const;
const tooManyRequests = { status: 429, message: 'Too Many Requests' } as const;

function judge(outcome: IntegrationOutcome): Delivery {
  const error = integrationError(outcome);
  switch (outcome.kind) {
    case 'returned':
      return { status: 200 };
    case 'failed':
      return { status: 500, message: 'Internal server error', error };
    case 'timed-out':
      return { status: 504, message: 'Endpoint request timed out', error };
  }
}

/** The connection may have ended while the function ran; then there is nobody to tell. */
function ignoreLateSend(): void {}
