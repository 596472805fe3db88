import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import type { SiteBehavior } from '../template/cloud-plan.ts';
import { contentTypeOf } from './content-types.ts';

interface CachedFile {
  readonly mtimeMs: number;
  readonly content: Buffer;
  readonly etag: string;
}

/**
 * Serves the built web client as the bucket behind CloudFront does: `/` is index.html, other names are files or
 * nothing. Answers whether it took the request; it takes GET and HEAD of files that exist. `canonicalUrl`,
 * `http://127.0.0.1:<port>`, is where the page must come from, because sockets take no other origin: who asks for
 * `localhost` is sent there.
 */
export function createStaticFiles(
  folder: string,
  behaviors: readonly SiteBehavior[],
  { canonicalUrl }: { readonly canonicalUrl?: string | undefined } = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const cache = new Map<string, CachedFile>();
  const headersOf = headersByPath(behaviors);

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = pathOf(request.url ?? '/');
    const file = path === undefined ? undefined : await load(folder, path, cache);
    if (path === undefined || file === undefined) return false;
    if (canonicalUrl !== undefined && isOtherName(request.headers.host, canonicalUrl)) {
      // Browsers would remember it for whatever else uses the port later.
      const headers = { location: `${canonicalUrl}${request.url}`, 'cache-control': 'no-store' };
      response.writeHead(308, headers).end();
      return true;
    }
    for (const [name, value] of Object.entries(headersOf(path))) response.setHeader(name, value);
    response.setHeader('etag', file.etag);
    if (matchesEtag(request.headers['if-none-match'], file.etag)) {
      response.writeHead(304).end();
      return true;
    }
    response.setHeader('content-type', contentTypeOf(path));
    response.setHeader('content-length', file.content.length);
    response.end(request.method === 'HEAD' ? undefined : file.content);
    return true;
  };
}

/** `localhost` with the port of the URL; a port that is forwarded from elsewhere is not ours to judge. */
function isOtherName(host: string | undefined, canonicalUrl: string): boolean {
  return host?.toLowerCase() === `localhost:${new URL(canonicalUrl).port}`;
}

/** Decoded and safe to be joined to a folder, or undefined. */
function pathOf(url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.split('?', 1)[0] ?? '/');
  } catch {
    return undefined;
  }
  if (path === '/') return '/index.html';
  const segments = path.split('/').slice(1);
  const safe = segments.every(
    (segment) => segment !== '' && !segment.startsWith('.') && !/[\\\0:]/.test(segment),
  );
  return path.startsWith('/') && safe ? path : undefined;
}

async function load(
  folder: string,
  path: string,
  cache: Map<string, CachedFile>,
): Promise<CachedFile | undefined> {
  const name = join(folder, path);
  if (!name.startsWith(folder + sep)) return undefined;
  try {
    const info = await stat(name);
    if (!info.isFile()) return undefined;
    const known = cache.get(name);
    if (known?.mtimeMs === info.mtimeMs) return known;
    const content = await readFile(name);
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    const file = { mtimeMs: info.mtimeMs, content, etag };
    cache.set(name, file);
    return file;
  } catch {
    // It is not there, or a rebuild has just taken it away.
    return undefined;
  }
}

function matchesEtag(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/** The first behaviour whose pattern fits, `*` and `?` in it as CloudFront reads them. */
function headersByPath(behaviors: readonly SiteBehavior[]): (path: string) => SiteBehavior['headers'] {
  const patterns = behaviors.map(({ pathPattern, headers }) => {
    const literal = (pathPattern ?? '*').replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
    const source = literal.replaceAll('*', '.*').replaceAll('?', '.');
    return { pattern: new RegExp(`^${source}$`), headers };
  });
  return (path) => patterns.find(({ pattern }) => pattern.test(path))?.headers ?? {};
}
