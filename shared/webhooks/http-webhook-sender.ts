import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { AppError } from '../errors.ts';
import { isPublicAddress } from './public-address.ts';
import type { ResolveName } from './resolve-name.ts';
import { hostOf, targetUrl, type WebhookTargets } from './target-url.ts';
import type { SendError, Sent, WebhookRequest, WebhookSender } from './webhook-sender.ts';

interface Options {
  readonly targets: WebhookTargets;
  readonly resolve: ResolveName;
  /** For the whole of an exchange: look-up, connection, request, answer. */
  readonly timeoutMs: number;
}

/** An answer says with its status all that it has to say; so much more of it is waited for, so that nobody is cut off. */
const answerMaxBytes = 16 * 1024;
const answerHeadersMaxBytes = 8 * 1024;

/**
 * One POST to a server that we know nothing good of. Its name is resolved here, every address that it has is judged, and the
 * connection goes to one of these very addresses, so that a name cannot mean one thing when it is judged and another when
 * it is used. Nothing is followed, nothing is kept open, nothing of the answer is kept but its status.
 */
export function httpWebhookSender({ targets, resolve, timeoutMs }: Options): WebhookSender {
  return {
    async post(request) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const url = targetUrl(request.url, targets);
        const addresses = await untilAborted(resolve(hostOf(url), signal), signal);
        if (addresses.length === 0) return { error: 'name_unknown' };
        if (targets === 'public' && !addresses.every(isPublicAddress)) return { error: 'address_refused' };
        return { status: await exchange(url, request, addresses, signal) };
      } catch (error) {
        return { error: signal.aborted ? 'timeout' : kindOf(error) } satisfies Sent;
      }
    },
  };
}

async function exchange(
  url: URL,
  { body, headers }: WebhookRequest,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  // The types leave out what is an option of the connection beneath.
  const options: RequestOptions & { readonly autoSelectFamilyAttemptTimeout: number } = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // A connection of its own, which ends with it.
    agent: false,
    lookup: pinnedTo(addresses),
    // Of several addresses each has this long; Node's own quarter of a second is little across an ocean.
    autoSelectFamilyAttemptTimeout: 1_000,
    maxHeaderSize: answerHeadersMaxBytes,
    signal,
  };
  const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
  let answered: number | undefined;
  request.once('response', (response) => {
    answered = response.statusCode ?? 0;
    drain(response, () => resolve(answered ?? 0));
  });
  // What comes after the beginning of an answer takes nothing back of it.
  request.on('error', (error) => (answered === undefined ? reject(error) : resolve(answered)));
  request.once('close', () => reject(new Error('the connection ended without an answer')));
  request.end(body);
  try {
    return await promise;
  } finally {
    request.destroy();
  }
}

/** `done` once the answer is complete, longer than it may be, or broken off: it was an answer in any case. */
function drain(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > answerMaxBytes) done();
  });
  response.once('end', done);
  response.on('error', done);
  response.once('close', done);
}

/** For an address in the URL it is not called at all; that one was judged as well. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, options, callback) => {
    const [first] = known;
    if (options.all) callback(null, known);
    else callback(null, first?.address ?? '', first?.family);
  };
}

/** A look-up that cannot be called off is not waited for. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new Error('timeout'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function kindOf(error: unknown): SendError {
  if (error instanceof AppError) return 'address_refused';
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  const isTls = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO$)/.test(code);
  return isTls ? 'tls_failed' : 'connection_failed';
}
