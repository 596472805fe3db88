import type { WebSocketApiDefinition } from '../contracts.ts';

export type WebSocketRoute = WebSocketApiDefinition['routes'][number];

/**
 * Selects the route of a message. What is no JSON object, or names no known route, goes to $default; undefined when
 * there is none. Throws for a selection expression of another form than `$request.body.<property>`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
export function createMessageRouter(
  definition: Pick<WebSocketApiDefinition, 'routes' | 'routeSelectionExpression'>,
): (body: string) => WebSocketRoute | undefined {
  const expression = definition.routeSelectionExpression;
  const path = /^\$(?:request\.body\.([\w.]+)|\{request\.body\.([\w.]+)\})$/.exec(expression);
  if (!path) throw new Error(`route selection expression "${expression}" is not $request.body.<property>`);
  const properties = (path[1] ?? path[2] ?? '').split('.');
  const routes = new Map(definition.routes.map((route) => [route.routeKey, route]));
  return (body) => {
    const key = select(body, properties);
    // The predefined routes are for API Gateway's own events: no client may select $connect or $disconnect.
    const route = key === undefined || key.startsWith('$') ? undefined : routes.get(key);
    return route ?? routes.get('$default');
  };
}

function select(body: string, properties: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const property of properties) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, property)) return undefined;
    value = (value as Record<string, unknown>)[property];
  }
  return typeof value === 'string' ? value : undefined;
}
