import type { IncomingMessage } from 'node:http';

/** The pairs of `rawHeaders` in the order and the spelling in which they came. */
export function headerPairs(request: IncomingMessage): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2)
    pairs.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '']);
  return pairs;
}

/** Every value of each name, names grouped as `spelling` writes them. */
export function groupValues(
  pairs: readonly (readonly [string, string])[],
  spelling: (name: string) => string = (name) => name,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = spelling(name);
    const values = groups.get(key);
    if (values) values.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

export function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
}

/** The headers that the load balancer in front of API Gateway adds. */
export function forwardedHeaders(request: IncomingMessage): [name: string, value: string][] {
  return [
    ['X-Forwarded-For', sourceIp(request)],
    ['X-Forwarded-Port', String(request.socket.localPort ?? '')],
    ['X-Forwarded-Proto', 'http'],
  ];
}

/** The target of a request line in two parts, without the `?`; undefined when it is not a path. */
export function splitTarget(target: string): { path: string; query: string } | undefined {
  if (!target.startsWith('/')) return undefined;
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Percent-decoded path segments: `/a/b%20c` is `['a', 'b c']`; undefined when the encoding is broken. */
export function decodeSegments(path: string): string[] | undefined {
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** $context.requestTime is in the common log format: `12/Mar/2020:19:03:58 +0000`. */
export function requestTime(epochMs: number): string {
  const at = new Date(epochMs);
  const day = String(at.getUTCDate()).padStart(2, '0');
  return `${day}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
}

/**
 * A web page whose name somebody re-binds to 127.0.0.1 reaches this server with its own name in Host, so only the
 * names of the loopback are served. Any port is: it may be forwarded, and re-binding does not change a name.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host ?? '');
}
