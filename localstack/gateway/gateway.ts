import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock, HttpApiDefinition, LambdaInvoker, WebSocketApiDefinition } from '../contracts.ts';
import { createBackground } from './background.ts';
import { createConnections } from './connections.ts';
import { createDisconnectFaults, type DisconnectFaults } from './disconnect-faults.ts';
import { createHttpApi, type StaticFiles } from './http-api.ts';
import { createManagementApi } from './management-api.ts';
import { isLoopbackHost } from './request-facts.ts';
import {
  type AccessLogEntry,
  awsLookingId,
  defaultGatewayLimits,
  type GatewayIds,
  type GatewayLimits,
  type GatewayRuntime,
} from './runtime.ts';
import { createWebSocketApi } from './websocket-api.ts';

export interface GatewayOptions {
  readonly httpApi: HttpApiDefinition;
  readonly webSocketApi: WebSocketApiDefinition;
  readonly invoker: LambdaInvoker;
  /** Gets the requests that no route takes, before they are a 404. */
  readonly staticFiles?: StaticFiles;
  /** The access key with which functions call @connections. */
  readonly managementAccessKeyId: string;
  readonly clock: Clock;
  readonly accessLog?: (entry: AccessLogEntry) => void;
  readonly limits?: Partial<GatewayLimits>;
  readonly random?: () => number;
  readonly ids?: GatewayIds;
}

export interface Gateway {
  /** Port 0 takes a free one. Rejects when the port is taken. */
  listen(port: number, host?: string): Promise<{ url: string; port: number }>;
  /** How many WebSocket connections are open. */
  connections(): number;
  /** For faults in tests: ends TCP connections without a close frame, as a lost network does. */
  dropConnection(connectionId: 'all' | (string & {})): void;
  /** For faults in tests: as dropConnection, and its $disconnect is lost too, as when a whole host of AWS fails. */
  loseConnection(connectionId: 'all' | (string & {})): void;
  /** For faults in tests: every $disconnect from now on is lost with this probability; 0 ends that. */
  readonly dropDisconnects: DisconnectFaults['drop'];
  /** Closes every connection with 1001, waits a little for functions that still run, and frees the port. */
  close(): Promise<void>;
}

/** Longer than the keep-alive of the clients in front of it, so that none writes to a socket that was just closed. */
const keepAliveTimeoutMs = 75_000;
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const requestHeadMaxBytes = 10_240;

/**
 * API Gateway on a laptop: an HTTP API, a WebSocket API and its @connections on one server, which serves the loopback
 * only. Throws when a definition has something that this gateway cannot do.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const background = createBackground();
  const limits = { ...defaultGatewayLimits, ...options.limits };
  const disconnectFaults = createDisconnectFaults(limits.dropDisconnectRate, options.random ?? Math.random);
  const runtime: GatewayRuntime = {
    invoker: options.invoker,
    clock: options.clock,
    disconnectFaults,
    ids: options.ids ?? { connectionId: awsLookingId, requestId: awsLookingId },
    limits,
    accessLog: options.accessLog ?? (() => undefined),
    inBackground: (work) => background.add(work),
  };
  const connections = createConnections(runtime);
  const httpApi = createHttpApi(runtime, options.httpApi, options.staticFiles);
  const webSocketApi = createWebSocketApi(runtime, options.webSocketApi, connections);
  const { stageName } = options.webSocketApi;
  const managementApi = createManagementApi(runtime, stageName, options.managementAccessKeyId, connections);

  const server = createServer({
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: requestHeadMaxBytes,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  const upgraded = new Set<Duplex>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const forManagement = isLoopbackHost(request.headers.host) && managementApi.takes(request);
    await (forManagement ? managementApi : httpApi).handle(request, response);
  }

  server.on('request', (request, response) => runtime.inBackground(serve(request, response)));
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
    runtime.inBackground(webSocketApi.upgrade(request, socket, head));
  });
  const sweeper = setInterval(() => connections.sweep(), runtime.limits.sweepIntervalMs).unref();

  async function shutDown(): Promise<void> {
    clearInterval(sweeper);
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    connections.closeAll();
    if (!(await background.settledWithin(runtime.limits.closeGraceMs))) {
      for (const socket of upgraded) socket.destroy();
      await background.settledWithin(runtime.limits.closeGraceMs);
    }
    server.closeAllConnections();
    await closed;
  }

  const chosen = (connectionId: string) =>
    connections.all().filter(({ facts }) => connectionId === 'all' || connectionId === facts.connectionId);

  let shuttingDown: Promise<void> | undefined;
  return {
    listen: (port, host = '127.0.0.1') => listen(server, port, host),
    connections: () => connections.all().length,
    dropConnection(connectionId) {
      for (const { socket } of chosen(connectionId)) socket.terminate();
    },
    loseConnection(connectionId) {
      for (const { facts, socket } of chosen(connectionId)) {
        disconnectFaults.dropFor(facts.connectionId);
        socket.terminate();
      }
    },
    dropDisconnects: disconnectFaults.drop,
    close() {
      shuttingDown ??= shutDown();
      return shuttingDown;
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number, host: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise;
  server.off('error', reject);
  // A server that listens on a port has no other kind of address.
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, port: address.port };
}
