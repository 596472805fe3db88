import { randomUUID } from 'node:crypto';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { closeServer, listenOnLoopback } from '../loopback-server.ts';
import type { Outbox } from './outbox.ts';
import { InvalidParameterError, isSms, smsDraftOf } from './publish-sms.ts';
import { readRequest } from './read-request.ts';
import type { SinkServer } from './ses-server.ts';

/** More than the 256 KB of a message, percent-encoded. */
const requestMaxBytes = 1024 * 1024;

/**
 * SNS for functions on this machine, in the AWS query protocol that the SDK speaks: a Publish to a phone number goes
 * into the outbox, and everything else to `topicsEndpoint` as it came. undefined: there are no topics.
 */
export async function startSnsProxy(outbox: Outbox, topicsEndpoint: string | undefined): Promise<SinkServer> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    answer(outbox, topicsEndpoint && { target: new URL(topicsEndpoint), agent }, request, response).catch(
      () =>
        // One side went away in the middle; the other sees its connection break.
        response.destroy(),
    );
  });
  const endpoint = await listenOnLoopback(server);
  return {
    endpoint,
    close() {
      agent.destroy();
      return closeServer(server);
    },
  };
}

type Upstream = { readonly target: URL; readonly agent: Agent } | '' | undefined;

async function answer(
  outbox: Outbox,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readRequest(request, requestMaxBytes);
  if (request.headers.origin !== undefined) {
    sendError(response, 403, 'AuthorizationError', 'This endpoint does not answer web pages.');
    return;
  }
  if (body === undefined) {
    sendError(response, 413, 'RequestEntityTooLarge', 'Request entity too large');
    return;
  }
  const parameters = new URLSearchParams(body.toString('utf8'));
  if (isSms(parameters)) publishSms(outbox, parameters, response);
  else if (upstream) await passOn(upstream, request, body, response);
  else sendError(response, 404, 'NotFound', 'Topic does not exist');
}

function publishSms(outbox: Outbox, parameters: URLSearchParams, response: ServerResponse): void {
  try {
    const { id } = outbox.add(smsDraftOf(parameters));
    const result = `<PublishResult><MessageId>${id}</MessageId></PublishResult>`;
    const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
    sendXml(response, 200, 'PublishResponse', `${result}${metadata}`);
  } catch (error) {
    if (error instanceof InvalidParameterError) sendError(response, 400, 'InvalidParameter', error.message);
    else sendError(response, 500, 'InternalError', 'The SMS could not be kept.');
  }
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  sendXml(response, status, 'ErrorResponse', `${error}<RequestId>${randomUUID()}</RequestId>`);
}

/** `content` must be XML already: nothing of a request is in it. */
function sendXml(response: ServerResponse, status: number, root: string, content: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(`<${root} xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${content}</${root}>`);
}

async function passOn(
  { target, agent }: Exclude<Upstream, '' | undefined>,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const { connection: _own, 'transfer-encoding': _none, ...headers } = request.headers;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sendRequest({
    agent,
    host: target.hostname,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: { ...headers, host: target.host, 'content-length': body.length },
  })
    .once('error', reject)
    .once('response', resolve)
    .end(body);
  const incoming = await promise;
  const { connection: _theirs, 'transfer-encoding': _chunked, ...received } = incoming.headers;
  response.writeHead(incoming.statusCode ?? 502, received);
  await pipeline(incoming, response);
}
