/**
 * Every way in, in one manifest: the CDK builds the APIs from it and the tests walk it.
 * `access` says who may call: `session` routes pass the authentication of functions/lib/http.ts first.
 */
import type { FunctionPath } from './environments.ts';

export interface HttpRoute {
  readonly route: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;
  readonly function: FunctionPath & `http/${string}`;
  readonly access: 'public' | 'session';
}

export const httpRoutes = [
  { route: 'GET /health', function: 'http/health', access: 'public' },
  { route: 'GET /.well-known/jwks.json', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/register', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/login', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/refresh', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/logout', function: 'http/auth', access: 'session' },
  { route: 'POST /auth/ws-ticket', function: 'http/auth', access: 'session' },
  { route: 'GET /me', function: 'http/users', access: 'session' },
  { route: 'GET /users', function: 'http/users', access: 'session' },
  { route: 'POST /conversations', function: 'http/conversations', access: 'session' },
  { route: 'GET /conversations', function: 'http/conversations', access: 'session' },
  { route: 'GET /conversations/{id}', function: 'http/conversations', access: 'session' },
  { route: 'GET /conversations/{id}/messages', function: 'http/conversations', access: 'session' },
] as const satisfies readonly HttpRoute[];

export interface WebSocketRoute {
  readonly routeKey: string;
  readonly function: FunctionPath & `ws/${string}`;
}

/** Selected by `$request.body.action`; a frame that names no action, or no known one, is `$default`. */
export const webSocketRoutes = [
  { routeKey: '$connect', function: 'ws/connect' },
  { routeKey: '$disconnect', function: 'ws/disconnect' },
  { routeKey: '$default', function: 'ws/reject-frame' },
  { routeKey: 'message.send', function: 'ws/send-message' },
  { routeKey: 'message.read', function: 'ws/mark-read' },
  { routeKey: 'sync', function: 'ws/sync' },
  { routeKey: 'ping', function: 'ws/ping' },
] as const satisfies readonly WebSocketRoute[];

export const webSocketAuthorizer = 'ws/authorize-connection' satisfies FunctionPath;
