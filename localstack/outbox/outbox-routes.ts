import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import type { StaticFiles } from '../gateway/http-api.ts';
import { splitTarget } from '../gateway/request-facts.ts';
import type { Outbox } from './outbox.ts';
import { outboxPage, pageHeaders } from './outbox-page.ts';

export const outboxPath = '/_outbox';

/** What one answer holds at most, and how many messages the page shows. */
const listMax = 1000;
const pageMessages = 100;
const waitMaxSeconds = 20;

const wholeNumber = (least: number, most: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,4}$/)),
    z.pipe(z.transform(Number), z.number().check(z.gte(least), z.lte(most))),
  );

const listQuery = z.object({
  to: z.optional(z.string()),
  after: z.optional(z.string()),
  limit: z._default(wholeNumber(1, listMax), listMax),
  /** Seconds to wait for a first message; 0 answers at once. */
  wait: z._default(wholeNumber(0, waitMaxSeconds), 0),
});

/**
 * The outbox on the gateway's own port: `GET /_outbox` for people, `GET /_outbox/messages?to=&after=&limit=&wait=`
 * and `DELETE /_outbox/messages` for programs. It answers true for what it took. Other web pages are refused: it shows
 * codes that sign people in. Host names other than the loopback's do not come this far.
 */
export function createOutboxRoutes(outbox: Outbox, closing: AbortSignal): StaticFiles {
  return async (request, response) => {
    const { path = '', query = '' } = splitTarget(request.url ?? '') ?? {};
    if (path !== outboxPath && path !== `${outboxPath}/messages`) return false;
    const parameters = new URLSearchParams(query);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isForeign(request)) {
      sendJson(response, 403, { message: 'The outbox does not answer other web pages.' });
    } else if (path === outboxPath && isRead) {
      const page = outboxPage(outbox.list({ limit: pageMessages }), parameters.has('refresh'));
      response.writeHead(200, pageHeaders).end(page);
    } else if (path !== outboxPath && isRead) {
      await list(outbox, parameters, response, closing);
    } else if (path !== outboxPath && request.method === 'DELETE') {
      outbox.clear();
      response.writeHead(204).end();
    } else {
      response.setHeader('allow', path === outboxPath ? 'GET, HEAD' : 'GET, HEAD, DELETE');
      sendJson(response, 405, { message: 'Method Not Allowed' });
    }
    return true;
  };
}

/** https://www.w3.org/TR/fetch-metadata/: `none` is what the user typed. Programs send neither header. */
function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  const isOtherOrigin = headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
  return isOtherOrigin || (site !== 'same-origin' && site !== 'none');
}

async function list(
  outbox: Outbox,
  parameters: URLSearchParams,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const parsed = listQuery.safeParse(Object.fromEntries(parameters));
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    sendJson(response, 400, { message: `Not a valid query: ${names}` });
    return;
  }
  const { wait, to, ...query } = parsed.data;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const messages = await outbox.waitFor(
    // A plus that was not encoded has become a space, and no address has spaces.
    { ...query, to: to?.replaceAll(' ', '+') },
    { waitMs: wait * 1000, signal: AbortSignal.any([closing, gone.signal]) },
  );
  sendJson(response, 200, { messages });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}
