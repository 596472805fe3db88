import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { SocketCloser } from './close-connections.ts';
import type { SocketGateway } from './push.ts';
import type { SocketLookout } from './sweep-connections.ts';

/** Tells an operator which pushes failed, and why. The text of the frame is not for logs. */
export type PushFailureReport = (failure: { connection_id: string; error: string }) => void;

/**
 * Pushes through API Gateway's @connections. The SDK retries throttling and faults; the name decides what is left,
 * because its errors carry no statusCode.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function gatewaySockets(
  client: ApiGatewayManagementApiClient,
  report: PushFailureReport,
): SocketGateway & SocketCloser & SocketLookout {
  return {
    async post(connectionId, frame) {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
        return 'sent';
      } catch (error) {
        const name = error instanceof Error ? error.name : 'unknown';
        if (name === 'GoneException') return 'gone';
        report({ connection_id: connectionId, error: name });
        return 'failed';
      }
    },

    async end(connectionId) {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
        return 'ended';
      } catch (error) {
        const name = error instanceof Error ? error.name : 'unknown';
        if (name === 'GoneException') return 'ended';
        report({ connection_id: connectionId, error: name });
        return 'failed';
      }
    },

    async look(connectionId) {
      try {
        await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
        return 'open';
      } catch (error) {
        const name = error instanceof Error ? error.name : 'unknown';
        if (name === 'GoneException') return 'gone';
        report({ connection_id: connectionId, error: name });
        return 'failed';
      }
    },
  };
}
