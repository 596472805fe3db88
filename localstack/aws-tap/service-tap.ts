import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeServer, listenOnLoopback } from '../loopback-server.ts';
import type { FaultAction, FaultRules } from './fault-rules.ts';
import type { CallRecord, TappedService } from './tapped-call.ts';
import { askForCapacity, describeCall, readCapacity } from './tapped-request.ts';

interface ServiceTapOptions {
  readonly service: TappedService;
  /** `http://127.0.0.1:<port>` */
  readonly target: string;
  readonly faults: FaultRules;
  readonly onRecord: (record: CallRecord) => void;
}

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

export interface ServiceTap {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** The tap of one service, with an address of its own. */
export async function startServiceTap(options: ServiceTapOptions): Promise<ServiceTap> {
  const target = new URL(options.target);
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    void tapCall(options, { target, agent }, request, response);
  });
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    pipeThrough(target, request, socket, head);
  });
  const endpoint = await listenOnLoopback(server);
  return {
    endpoint,
    async close() {
      const closed = closeServer(server);
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

interface Upstream {
  readonly target: URL;
  readonly agent: Agent;
}

async function tapCall(
  { service, faults, onRecord }: ServiceTapOptions,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedAt = performance.now();
  const body = await readAll(request).catch(() => undefined);
  if (body === undefined) {
    // The client has gone in the middle of its request, which is no call yet.
    response.destroy();
    return;
  }
  const call = describeCall(service, request, body);
  let status = 0;
  let capacityUnits: number | undefined;
  const fault = faults.next(call);
  try {
    if (fault?.kind === 'delay') await sleep(fault.delayMs);
    const answer =
      fault?.kind === 'error'
        ? errorAnswer(service, fault)
        : await forward(upstream, request, askForCapacity(call, body));
    capacityUnits = readCapacity(call, answer.body);
    if (fault?.kind === 'kill-function-after') await fault.kill(call.functionName);
    if (fault?.kind === 'timeout-after-success') {
      response.destroy();
    } else {
      status = answer.status;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }
  } catch {
    // One side went away in the middle; the other sees its connection break.
    response.destroy();
  }
  const latencyMs = performance.now() - startedAt;
  onRecord({ ...call, status, latencyMs, requestBytes: body.length, capacityUnits, fault: fault?.kind });
}

function errorAnswer(
  service: TappedService,
  { status, errorType, body }: FaultAction & { kind: 'error' },
): Answer {
  if (service === 'sns') return queryErrorAnswer(status, errorType);
  const content = Buffer.from(JSON.stringify({ __type: errorType, message: errorType, ...body }));
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': content.length,
    'x-amzn-errortype': errorType,
    'x-amzn-requestid': 'fault',
  };
  return { status, headers, body: content };
}

/** SNS speaks the AWS query protocol, whose errors are XML. */
function queryErrorAnswer(status: number, errorType: string): Answer {
  const error = `<Error><Code>${errorType}</Code><Message>${errorType}</Message></Error>`;
  const content = Buffer.from(`<ErrorResponse>${error}<RequestId>fault</RequestId></ErrorResponse>`);
  return { status, headers: { 'content-type': 'text/xml', 'content-length': content.length }, body: content };
}

function forward({ target, agent }: Upstream, request: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { connection: _own, 'transfer-encoding': _none, ...headers } = request.headers;
    const outgoing = sendRequest({
      agent,
      host: target.hostname,
      port: target.port,
      method: request.method,
      path: request.url,
      headers: { ...headers, host: target.host, 'content-length': body.length },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      readAll(incoming).then((content) => {
        const { connection: _theirs, 'transfer-encoding': _chunked, ...received } = incoming.headers;
        const answered = { ...received, 'content-length': content.length };
        resolve({ status: incoming.statusCode ?? 502, headers: answered, body: content });
      }, reject);
    });
    outgoing.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A client that was given the tapped address of the WebSocket API connects through, byte by byte. */
function pipeThrough(target: URL, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const upstream = connect(Number(target.port), target.hostname, () => {
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    }
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
  const end = (): void => {
    upstream.destroy();
    socket.destroy();
  };
  for (const side of [upstream, socket]) side.on('error', end).on('close', end);
}
