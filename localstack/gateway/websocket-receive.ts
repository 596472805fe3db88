import type { Duplex } from 'node:stream';
import type { RawData } from 'ws';
import { type Connection, closeConnection, isUsable } from './connections.ts';
import { createFrameLimiter } from './frame-limits.ts';
import type { GatewayRuntime } from './runtime.ts';

const messageTooBig = { code: 1009, reason: 'Message too big' } as const;
const binaryNotSupported = { code: 1003, reason: 'Binary frames are not supported' } as const;

/**
 * Gives the text messages of a connection to `handle`. A frame or message over its limit closes it with 1009, a
 * binary one with 1003, and nothing after that is read; what came before is still delivered.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html
 */
export function receiveMessages(
  runtime: GatewayRuntime,
  connection: Connection,
  rawSocket: Duplex,
  handle: (connection: Connection, body: string) => Promise<void>,
): void {
  const limiter = createFrameLimiter(runtime.limits);
  let received = 0;
  const refuseOversized = () => {
    if (limiter.offendingMessage() === received) closeConnection(connection, messageTooBig);
  };
  // Before the listener of ws, which would deliver an oversized message that arrived whole.
  rawSocket.prependListener('data', (chunk: Buffer) => {
    limiter.read(chunk);
    refuseOversized();
  });
  connection.socket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isUsable(connection)) return;
    received += 1;
    if (isBinary) closeConnection(connection, binaryNotSupported);
    else runtime.inBackground(handle(connection, textOf(data)));
    refuseOversized();
  });
  connection.socket.on('error', closedByLibrary);
}

/** The client broke the protocol: ws closes the connection with the code that is due, and `close` reports it. */
function closedByLibrary(): void {}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
