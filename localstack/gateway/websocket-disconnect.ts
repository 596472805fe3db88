import { callIntegration, integrationError } from './integration.ts';
import type { GatewayRuntime } from './runtime.ts';
import {
  type AuthorizerContext,
  type ConnectionFacts,
  disconnectEvent,
  type EventStamp,
} from './websocket-event.ts';
import type { WebSocketRoute } from './websocket-route.ts';

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/**
 * Tells the integration of $disconnect that a connection has ended. AWS does this as well as it can, so a share of the
 * events may be dropped on purpose, to see that nothing depends on them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export async function sendDisconnect(
  runtime: GatewayRuntime,
  route: WebSocketRoute | undefined,
  facts: ConnectionFacts,
  authorizer: AuthorizerContext | undefined,
  close: Close,
): Promise<void> {
  if (!route || runtime.disconnectFaults.befalls(facts.connectionId)) return;
  const stamp = newStamp(runtime);
  const outcome = await callIntegration(runtime, route, disconnectEvent(facts, stamp, close, authorizer));
  const status = outcome.kind === 'returned' ? 200 : 500;
  logConnection(runtime, facts, stamp, 'DISCONNECT', status, integrationError(outcome));
}

/** What AWS writes as disconnectReason when the client gave none. */
export function closeReason(code: number): string {
  if (code === 1005) return 'Client-side close frame status not set';
  return code === 1006 ? 'Connection closed abnormally' : '';
}

export function newStamp({ ids, clock }: GatewayRuntime): EventStamp {
  return { requestId: ids.requestId(), requestTimeEpoch: clock.now() };
}

export function logConnection(
  runtime: GatewayRuntime,
  facts: ConnectionFacts,
  stamp: EventStamp,
  eventType: 'CONNECT' | 'DISCONNECT',
  status: number,
  error: string | undefined,
): void {
  runtime.accessLog({
    api: 'websocket',
    eventType,
    ...stamp,
    sourceIp: facts.identity.sourceIp,
    connectionId: facts.connectionId,
    routeKey: eventType === 'CONNECT' ? '$connect' : '$disconnect',
    status,
    responseLatencyMs: runtime.clock.now() - stamp.requestTimeEpoch,
    integrationError: error,
  });
}
