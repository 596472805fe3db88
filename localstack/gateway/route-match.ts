import { decodeSegments } from './request-facts.ts';

export interface RouteMatch<R> {
  readonly route: R;
  /** Decoded values of the path variables; undefined when the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

interface Pattern<R> {
  readonly route: R;
  readonly method: string;
  readonly segments: readonly Segment[];
}

const specificity = { literal: 0, variable: 1, greedy: 2 } as const;

/**
 * Selects the route of a request as an HTTP API does: the most specific path that has the method (or ANY) wins,
 * then a greedy variable, then $default. A trailing slash is part of the path.
 * Throws for a route key that is none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export function createRouteMatcher<R extends { readonly routeKey: string }>(
  routes: readonly R[],
): (method: string, path: string) => RouteMatch<R> | undefined {
  const fallback = routes.find((route) => route.routeKey === '$default');
  const patterns = routes
    .filter((route) => route !== fallback)
    .map(parsePattern)
    .toSorted(bySpecificity);
  return (method, path) => {
    const segments = decodeSegments(path) ?? [];
    for (const pattern of patterns) {
      if (pattern.method !== 'ANY' && pattern.method !== method) continue;
      const variables = matchSegments(pattern.segments, segments);
      if (!variables) continue;
      const pathParameters = variables.length > 0 ? Object.fromEntries(variables) : undefined;
      return { route: pattern.route, pathParameters };
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function parsePattern<R extends { readonly routeKey: string }>(route: R): Pattern<R> {
  const parts = /^([A-Z]+) \/(.*)$/.exec(route.routeKey);
  if (!parts) throw new Error(`route key "${route.routeKey}" is neither "METHOD /path" nor $default`);
  const [, method = '', path = ''] = parts;
  return { route, method, segments: path.split('/').map(parseSegment) };
}

function parseSegment(text: string): Segment {
  const variable = /^\{([^{}+]+)(\+?)\}$/.exec(text);
  if (!variable) return { kind: 'literal', text };
  return { kind: variable[2] === '+' ? 'greedy' : 'variable', name: variable[1] ?? '' };
}

function bySpecificity<R>(a: Pattern<R>, b: Pattern<R>): number {
  for (const [i, left] of a.segments.entries()) {
    const right = b.segments[i];
    if (right && left.kind !== right.kind) return specificity[left.kind] - specificity[right.kind];
  }
  const longerFirst = b.segments.length - a.segments.length;
  return longerFirst || Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

/** Names and values of the variables, or undefined when the path is another one. A variable is never empty. */
function matchSegments(
  pattern: readonly Segment[],
  segments: readonly string[],
): [string, string][] | undefined {
  const variables: [string, string][] = [];
  for (const [i, expected] of pattern.entries()) {
    const segment = segments[i];
    if (segment === undefined) return undefined;
    if (expected.kind === 'literal') {
      if (segment !== expected.text) return undefined;
      continue;
    }
    if (segment === '') return undefined;
    if (expected.kind === 'greedy') return [...variables, [expected.name, segments.slice(i).join('/')]];
    variables.push([expected.name, segment]);
  }
  return segments.length === pattern.length ? variables : undefined;
}
