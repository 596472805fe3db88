import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../loopback-server.ts';
import type { Outbox } from './outbox.ts';
import { readRequest } from './read-request.ts';
import { draftsOf, SesError } from './send-email.ts';

export interface SinkServer {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html: a message has at most 40 MB. */
const requestMaxBytes = 40 * 1024 * 1024;

/** SES v2 for functions on this machine: SendEmail puts mail into the outbox. It refuses what a web page sends. */
export async function startSesServer(outbox: Outbox): Promise<SinkServer> {
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    void answer(outbox, request, response);
  });
  const endpoint = await listenOnLoopback(server);
  return { endpoint, close: () => closeServer(server) };
}

async function answer(outbox: Outbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('content-type', 'application/json');
  response.setHeader('x-amzn-requestid', randomUUID());
  try {
    const body = await readRequest(request, requestMaxBytes);
    checkOperation(request);
    const messages = draftsOf(parseJson(body)).map((draft) => outbox.add(draft));
    response.end(JSON.stringify({ MessageId: messages[0]?.id }));
  } catch (error) {
    const known = error instanceof SesError ? error : undefined;
    response.statusCode = known === undefined ? 500 : statusOf(known);
    response.setHeader('x-amzn-errortype', known?.code ?? 'InternalServiceErrorException');
    response.end(JSON.stringify({ message: known?.message ?? 'The mail could not be kept.' }));
  }
}

function statusOf({ code }: SesError): number {
  return code === 'NotFoundException' ? 404 : 400;
}

function checkOperation({ method, url, headers }: IncomingMessage): void {
  if (headers.origin !== undefined) {
    throw new SesError('BadRequestException', 'This endpoint does not answer web pages.');
  }
  if (method === 'POST' && url === '/v2/email/outbound-emails') return;
  throw new SesError('NotFoundException', 'The local SES knows SendEmail only.');
}

function parseJson(body: Buffer | undefined): unknown {
  if (body === undefined) throw new SesError('MessageRejected', 'Message length exceeds 40 MB.');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new SesError('BadRequestException', 'The body is not valid JSON.');
  }
}
