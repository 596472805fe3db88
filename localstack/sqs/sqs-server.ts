/**
 * SQS over HTTP: AWS JSON 1.0, `POST /` with `x-amz-target: AmazonSQS.<Action>`, so that the AWS SDK works with nothing
 * but its `endpoint` changed. Nobody is authenticated: it listens on the loopback address only, and refuses what a web
 * page sends.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock, QueueDefinition, QueueReader } from '../contracts.ts';
import { closeServer, listenOnLoopback } from '../loopback-server.ts';
import { runAction } from './protocol-actions.ts';
import { QueueEngine } from './queue-engine.ts';
import { createQueueReader } from './queue-reader.ts';
import { errorOnTheWire, SqsError } from './sqs-errors.ts';

export interface SqsOptions {
  readonly stateFile?: string | undefined;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly newMessageId?: (() => string) | undefined;
}

export interface ListeningSqs {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  queueUrl(queueName: string): string;
  /** Stops listening; the engine goes on until `Sqs.close`. */
  close(): Promise<void>;
}

export interface Sqs {
  readonly engine: QueueEngine;
  readonly reader: QueueReader;
  /** Makes each queue or gives it these settings, whatever their order; messages of existing queues stay. */
  defineQueues(definitions: readonly QueueDefinition[]): void;
  listen(options?: { port?: number | undefined }): Promise<ListeningSqs>;
  /** Ends all waiting receives and closes the state file. */
  close(): void;
}

/** Frozen functions keep their sockets and use them again after they have thawed. */
const keepAliveTimeoutMs = 120_000;
/** A full batch of 1 MiB in which JSON writes every character as six. */
const requestMaxBytes = 8 * 1_048_576;

export function createSqs(options: SqsOptions): Sqs {
  const { newMessageId = randomUUID } = options;
  const engine = new QueueEngine({ ...options, newMessageId });
  return {
    engine,
    reader: createQueueReader(engine),
    defineQueues: (definitions) => {
      for (const definition of deadLetterQueuesFirst(definitions)) engine.defineQueue(definition);
    },
    listen: ({ port = 0 } = {}) => listen(engine, options.accountId, port),
    close: () => engine.close(),
  };
}

function deadLetterQueuesFirst(definitions: readonly QueueDefinition[]): QueueDefinition[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const ordered = new Set<QueueDefinition>();
  const visit = (definition: QueueDefinition, sources: readonly QueueDefinition[]): void => {
    const target = byName.get(definition.redrive?.deadLetterQueueName ?? '');
    if (target !== undefined && !sources.includes(target)) visit(target, [...sources, definition]);
    ordered.add(definition);
  };
  for (const definition of definitions) visit(definition, []);
  return [...ordered];
}

async function listen(engine: QueueEngine, accountId: string, port: number): Promise<ListeningSqs> {
  let endpoint = '';
  const queueUrl = (queueName: string): string => `${endpoint}/${accountId}/${queueName}`;
  const server = createServer((request, response) => {
    void answer(request, response, engine, queueUrl);
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  endpoint = await listenOnLoopback(server, port);
  return { endpoint, queueUrl, close: () => closeServer(server) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  engine: QueueEngine,
  queueUrl: (name: string) => string,
): Promise<void> {
  const requestId = randomUUID();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.setHeader('x-amzn-requestid', requestId);
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  try {
    const action = targetAction(request);
    const input = parseJson(await readBody(request));
    const output = await runAction(action, input, { engine, queueUrl, signal: gone.signal });
    response.end(JSON.stringify(output));
  } catch (error) {
    const known = error instanceof SqsError ? error : undefined;
    if (known === undefined) console.error(`SQS request ${requestId} failed:`, error);
    const wire = errorOnTheWire(known?.code ?? 'InternalFailure');
    response.statusCode = wire.status;
    response.setHeader('x-amzn-query-error', wire.queryError);
    const message = known?.message ?? 'The request processing has failed because of an unknown error.';
    response.end(JSON.stringify({ __type: wire.type, message }));
  }
}

function targetAction(request: IncomingMessage): string {
  if (request.headers.origin !== undefined) {
    throw new SqsError('AccessDeniedException', 'This endpoint does not answer web pages.');
  }
  const target = request.headers['x-amz-target'];
  const action = typeof target === 'string' ? /^AmazonSQS\.(\w+)$/.exec(target)?.[1] : undefined;
  if (action === undefined || request.method !== 'POST') {
    throw new SqsError(
      'UnknownOperationException',
      'Send POST with the header x-amz-target: AmazonSQS.<Action>.',
    );
  }
  return action;
}

/** Reads to the end even what is too large, so that the answer reaches the client. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= requestMaxBytes) chunks.push(chunk);
  }
  if (bytes > requestMaxBytes) {
    throw new SqsError('RequestEntityTooLarge', `A request has at most ${requestMaxBytes} bytes.`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw new SqsError('SerializationException', 'The body is not valid JSON.');
  }
}
