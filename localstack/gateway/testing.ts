/** What the tests of this folder share: an invoker in memory, a clock to move, and WebSocket clients to wait for. */
import { type RawData, WebSocket } from 'ws';
import type {
  Clock,
  HttpApiDefinition,
  InvokeResult,
  LambdaInvoker,
  WebSocketApiDefinition,
} from '../contracts.ts';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
import type { AccessLogEntry } from './runtime.ts';

/** The fields that the tests read of events; an event has those of its kind. */
export interface SeenEvent {
  readonly methodArn: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly routeKey: string;
    readonly connectionId: string;
    readonly requestId: string;
    readonly extendedRequestId: string;
    readonly connectedAt: number;
    readonly domainName: string;
    readonly authorizer?: unknown;
    readonly disconnectStatusCode: number;
  };
}

type Handler = (event: SeenEvent) => unknown;

export interface FakeInvoker extends LambdaInvoker {
  /** What the functions were called with, in order. */
  readonly calls: { functionName: string; event: SeenEvent }[];
  eventsOf(functionName: string): SeenEvent[];
  /** The event of the function's first call, or of the one that `index` says. */
  eventOf(functionName: string, index?: number): SeenEvent;
}

/** Runs handlers in memory; what one throws is a function error, as Lambda reports it. */
export function fakeInvoker(handlers: Readonly<Record<string, Handler>>): FakeInvoker {
  const calls: FakeInvoker['calls'] = [];
  const eventsOf = (functionName: string) =>
    calls.filter((call) => call.functionName === functionName).map((call) => call.event);
  return {
    calls,
    eventsOf,
    eventOf(functionName, index = 0) {
      const event = eventsOf(functionName).at(index);
      if (!event) throw new Error(`${functionName} was not called`);
      return event;
    },
    async invoke(functionName, input): Promise<InvokeResult> {
      const event = structuredClone(input) as SeenEvent;
      const handler = handlers[functionName];
      if (!handler) throw new Error(`there is no function ${functionName}`);
      calls.push({ functionName, event });
      const requestId = String(calls.length);
      try {
        return { ok: true, payload: await handler(event), requestId };
      } catch (thrown) {
        const { name, message } = thrown as Error;
        return { ok: false, errorType: name, errorMessage: message, requestId };
      }
    },
  };
}

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(startAt = Date.UTC(2026, 2, 12, 19, 3, 58)): ManualClock {
  let now = startAt;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}

const timeout = { integrationTimeoutMs: 5_000 };

export function aHttpApi(
  routes: Readonly<Record<string, string>>,
  throttle?: HttpApiDefinition['throttle'],
): HttpApiDefinition {
  const list = Object.entries(routes).map(([routeKey, functionName]) => ({
    routeKey,
    functionName,
    ...timeout,
  }));
  return { apiId: 'httpapi1', routes: list, throttle };
}

/** Functions `connect`, `disconnect`, `fallback` and `send` (for `message.send`), unless `routes` says otherwise. */
export function aWebSocketApi(overrides: Partial<WebSocketApiDefinition> = {}): WebSocketApiDefinition {
  return {
    apiId: 'wsapi1',
    stageName: 'live',
    routeSelectionExpression: '$request.body.action',
    routes: [
      { routeKey: '$connect', functionName: 'connect', ...timeout },
      { routeKey: '$disconnect', functionName: 'disconnect', ...timeout },
      { routeKey: '$default', functionName: 'fallback', ...timeout },
      { routeKey: 'message.send', functionName: 'send', ...timeout },
    ],
    throttle: undefined,
    ...overrides,
  };
}

const ok = () => ({ statusCode: 200 });
export const plainHandlers = { connect: ok, disconnect: ok, fallback: ok, send: ok } as const;

export interface Rig {
  readonly gateway: Gateway;
  readonly url: string;
  readonly port: number;
  /** `ws://…/live` */
  readonly webSocketUrl: string;
  readonly invoker: FakeInvoker;
  readonly clock: ManualClock;
  readonly log: AccessLogEntry[];
}

const running: Gateway[] = [];

/** A gateway on a free port; `closeAll` in afterEach ends it. */
export async function startGateway(
  options: Partial<GatewayOptions> & { readonly handlers?: Readonly<Record<string, Handler>> } = {},
): Promise<Rig> {
  const { handlers = {}, ...overrides } = options;
  const invoker = fakeInvoker({ ...plainHandlers, ...handlers });
  const clock = manualClock();
  const log: AccessLogEntry[] = [];
  const gateway = createGateway({
    httpApi: aHttpApi({}),
    webSocketApi: aWebSocketApi(),
    invoker,
    clock,
    managementAccessKeyId: 'TESTKEY',
    accessLog: (entry) => log.push(entry),
    ...overrides,
    limits: { sweepIntervalMs: 5, closeGraceMs: 1_000, ...overrides.limits },
  });
  running.push(gateway);
  const { url, port } = await gateway.listen(0);
  return { gateway, url, port, webSocketUrl: `${url.replace('http', 'ws')}/live`, invoker, clock, log };
}

export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((gateway) => gateway.close()));
}

export interface Client {
  readonly socket: WebSocket;
  /** The text messages so far. */
  readonly received: string[];
  /** The next message that nobody has taken yet. */
  next(): Promise<string>;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Opens a connection; rejects with `HTTP <status>` and the body when the upgrade is refused. */
export async function connect(url: string, options: WebSocket.ClientOptions & { protocols?: string[] } = {}) {
  const { protocols = [], ...rest } = options;
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...rest });
  const client = clientOf(socket);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('open', resolve);
  socket.on('unexpected-response', (_request, response) => {
    response.setEncoding('utf8');
    response.on('data', (body: string) => reject(new Error(`HTTP ${response.statusCode} ${body}`)));
  });
  socket.on('error', reject);
  await promise;
  return client;
}

function clientOf(socket: WebSocket): Client {
  const received: string[] = [];
  const untaken: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  socket.on('message', (data: RawData) => {
    const message = (data as Buffer).toString('utf8');
    received.push(message);
    const taker = waiting.shift();
    if (taker) taker(message);
    else untaken.push(message);
  });
  const { promise: closed, resolve } = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  return {
    socket,
    received,
    closed,
    next() {
      const message = untaken.shift();
      return message === undefined ? new Promise((take) => waiting.push(take)) : Promise.resolve(message);
    },
  };
}

export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

/** A frame as a client sends it, RFC 6455 section 5.2: masked, here with zeros. */
export function encodeFrame({ opcode, fin, payload }: Frame): Buffer {
  const size = payload.length;
  const first = (fin ? 0x80 : 0) | opcode;
  const extended = Buffer.alloc(size < 126 ? 0 : size < 65_536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(size);
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(size));
  const second = 0x80 | (extended.length === 0 ? size : extended.length === 2 ? 126 : 127);
  return Buffer.concat([Buffer.from([first, second]), extended, Buffer.alloc(4), payload]);
}

export function upgradeRequest(port: number): string {
  return (
    `GET /live HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  );
}
