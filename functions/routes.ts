/**
 * Every way in, in one manifest: the CDK builds the APIs from it and the tests walk it. What a route takes and answers
 * stands in events/http-api.ts.
 */
import type { HttpRouteKey } from '../events/http-api.ts';
import type { FunctionPath } from './environments.ts';

/**
 * Who may call. `session` routes pass the authentication of functions/lib/http.ts first; `optional` ones pass it when
 * the caller names a token, and know nobody otherwise; `ending` is a `session` route that also a session that is over
 * may call, so that its end can be asked for again.
 */
export type Access = 'public' | 'optional' | 'session' | 'ending';

export interface HttpRoute {
  readonly route: HttpRouteKey;
  readonly function: FunctionPath & `http/${string}`;
  readonly access: Access;
  /** Bots may call it, too: with their own tokens, and in the conversations that they are in. */
  readonly bots?: true;
}

export const httpRoutes = [
  { route: 'GET /health', function: 'http/health', access: 'public' },
  { route: 'GET /.well-known/jwks.json', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/register', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/login', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/refresh', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/otp/verify', function: 'http/auth', access: 'optional' },
  { route: 'POST /auth/second-factor/verify', function: 'http/auth', access: 'public' },
  { route: 'POST /auth/otp/request', function: 'http/account', access: 'optional' },
  { route: 'POST /auth/password/forgot', function: 'http/account', access: 'public' },
  { route: 'POST /auth/password/reset', function: 'http/account', access: 'public' },
  { route: 'POST /auth/password', function: 'http/account', access: 'session' },
  { route: 'POST /auth/reauthenticate', function: 'http/account', access: 'session' },
  { route: 'POST /auth/logout', function: 'http/account', access: 'ending' },
  { route: 'GET /auth/sessions', function: 'http/account', access: 'session' },
  { route: 'DELETE /auth/sessions', function: 'http/account', access: 'session' },
  { route: 'DELETE /auth/sessions/{id}', function: 'http/account', access: 'session' },
  { route: 'POST /auth/ws-ticket', function: 'http/account', access: 'session' },
  { route: 'GET /auth/second-factor', function: 'http/account', access: 'session' },
  { route: 'POST /auth/second-factor', function: 'http/account', access: 'session' },
  { route: 'POST /auth/second-factor/confirm', function: 'http/account', access: 'session' },
  { route: 'POST /auth/second-factor/recovery-codes', function: 'http/account', access: 'session' },
  { route: 'DELETE /auth/second-factor', function: 'http/account', access: 'session' },
  { route: 'GET /me', function: 'http/users', access: 'session', bots: true },
  { route: 'PATCH /me', function: 'http/users', access: 'session' },
  { route: 'DELETE /me', function: 'http/account-data', access: 'session' },
  { route: 'GET /me/export', function: 'http/account-data', access: 'session' },
  { route: 'GET /me/blocks', function: 'http/users', access: 'session' },
  { route: 'PUT /me/blocks/{user_id}', function: 'http/users', access: 'session' },
  { route: 'DELETE /me/blocks/{user_id}', function: 'http/users', access: 'session' },
  { route: 'GET /users', function: 'http/users', access: 'session' },
  { route: 'GET /users/{id}', function: 'http/users', access: 'session', bots: true },
  { route: 'POST /conversations', function: 'http/conversations', access: 'session' },
  { route: 'GET /conversations', function: 'http/conversations', access: 'session', bots: true },
  { route: 'GET /conversations/{id}', function: 'http/conversations', access: 'session', bots: true },
  {
    route: 'GET /conversations/{id}/messages',
    function: 'http/conversations',
    access: 'session',
    bots: true,
  },
  {
    route: 'POST /conversations/{id}/messages',
    function: 'http/conversations',
    access: 'session',
    bots: true,
  },
  {
    route: 'GET /conversations/{id}/messages/{seq_no}/versions',
    function: 'http/conversations',
    access: 'session',
  },
  { route: 'GET /conversations/{id}/changes', function: 'http/conversations', access: 'session', bots: true },
  { route: 'GET /conversations/{id}/pins', function: 'http/conversations', access: 'session' },
  { route: 'GET /conversations/{id}/receipts', function: 'http/conversations', access: 'session' },
  { route: 'GET /conversations/{id}/threads', function: 'http/conversations', access: 'session' },
  { route: 'GET /conversations/{id}/threads/{seq_no}', function: 'http/conversations', access: 'session' },
  { route: 'PATCH /conversations/{id}', function: 'http/memberships', access: 'session' },
  { route: 'GET /conversations/{id}/members', function: 'http/memberships', access: 'session', bots: true },
  { route: 'PUT /conversations/{id}/members/{user_id}', function: 'http/memberships', access: 'session' },
  { route: 'DELETE /conversations/{id}/members/{user_id}', function: 'http/memberships', access: 'session' },
  { route: 'POST /conversations/{id}/join', function: 'http/memberships', access: 'session' },
  { route: 'POST /conversations/{id}/leave', function: 'http/memberships', access: 'session', bots: true },
  { route: 'GET /conversations/{id}/bans', function: 'http/memberships', access: 'session' },
  { route: 'PUT /conversations/{id}/bans/{user_id}', function: 'http/memberships', access: 'session' },
  { route: 'DELETE /conversations/{id}/bans/{user_id}', function: 'http/memberships', access: 'session' },
  { route: 'PUT /conversations/{id}/mute', function: 'http/memberships', access: 'session' },
  { route: 'DELETE /conversations/{id}/mute', function: 'http/memberships', access: 'session' },
  { route: 'GET /rooms', function: 'http/memberships', access: 'session' },
  { route: 'POST /conversations/{id}/invites', function: 'http/invites', access: 'session' },
  { route: 'GET /conversations/{id}/invites', function: 'http/invites', access: 'session' },
  { route: 'DELETE /conversations/{id}/invites/{user_id}', function: 'http/invites', access: 'session' },
  { route: 'GET /me/invites', function: 'http/invites', access: 'session' },
  { route: 'POST /me/invites/{convo_id}/accept', function: 'http/invites', access: 'session' },
  { route: 'POST /me/invites/{convo_id}/decline', function: 'http/invites', access: 'session' },
  { route: 'POST /conversations/{id}/invite-links', function: 'http/invites', access: 'session' },
  { route: 'GET /conversations/{id}/invite-links', function: 'http/invites', access: 'session' },
  { route: 'DELETE /conversations/{id}/invite-links/{link_id}', function: 'http/invites', access: 'session' },
  { route: 'GET /invite-links/{token}', function: 'http/invites', access: 'session' },
  { route: 'POST /invite-links/{token}/accept', function: 'http/invites', access: 'session' },
  { route: 'POST /reports', function: 'http/moderation', access: 'session' },
  { route: 'GET /notices', function: 'http/notices', access: 'session' },
  { route: 'POST /notices/{id}/dismiss', function: 'http/notices', access: 'session' },
  { route: 'POST /admin/notices', function: 'http/notices', access: 'session' },
  { route: 'DELETE /admin/notices/{id}', function: 'http/notices', access: 'session' },
  { route: 'GET /admin/reports', function: 'http/moderation', access: 'session' },
  { route: 'PATCH /admin/reports/{id}', function: 'http/moderation', access: 'session' },
  { route: 'POST /bots', function: 'http/bots', access: 'session' },
  { route: 'GET /bots', function: 'http/bots', access: 'session' },
  { route: 'POST /bots/{id}/token', function: 'http/bots', access: 'session' },
  { route: 'DELETE /bots/{id}', function: 'http/bots', access: 'session' },
  { route: 'POST /conversations/{id}/webhooks', function: 'http/webhooks', access: 'session' },
  { route: 'GET /conversations/{id}/webhooks', function: 'http/webhooks', access: 'session' },
  { route: 'DELETE /conversations/{id}/webhooks/{webhook_id}', function: 'http/webhooks', access: 'session' },
  {
    route: 'POST /conversations/{id}/webhooks/{webhook_id}/enable',
    function: 'http/webhooks',
    access: 'session',
  },
  {
    route: 'POST /conversations/{id}/webhooks/{webhook_id}/secret',
    function: 'http/webhooks',
    access: 'session',
  },
  {
    route: 'GET /conversations/{id}/webhooks/{webhook_id}/attempts',
    function: 'http/webhooks',
    access: 'session',
  },
  {
    route: 'POST /conversations/{id}/webhooks/{webhook_id}/replay',
    function: 'http/webhooks',
    access: 'session',
  },
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
  { routeKey: 'message.edit', function: 'ws/change-message' },
  { routeKey: 'message.delete', function: 'ws/change-message' },
  { routeKey: 'reaction.add', function: 'ws/change-message' },
  { routeKey: 'reaction.remove', function: 'ws/change-message' },
  { routeKey: 'message.pin', function: 'ws/change-message' },
  { routeKey: 'message.unpin', function: 'ws/change-message' },
  { routeKey: 'message.read', function: 'ws/mark-read' },
  { routeKey: 'message.delivered', function: 'ws/mark-read' },
  { routeKey: 'message.unread', function: 'ws/mark-read' },
  { routeKey: 'thread.read', function: 'ws/mark-read' },
  { routeKey: 'threads.read', function: 'ws/mark-read' },
  { routeKey: 'presence.subscribe', function: 'ws/presence' },
  { routeKey: 'presence.unsubscribe', function: 'ws/presence' },
  { routeKey: 'presence.set', function: 'ws/presence' },
  { routeKey: 'typing.start', function: 'ws/typing' },
  { routeKey: 'typing.stop', function: 'ws/typing' },
  { routeKey: 'sync', function: 'ws/sync' },
  { routeKey: 'ping', function: 'ws/ping' },
] as const satisfies readonly WebSocketRoute[];

export const webSocketAuthorizer = 'ws/authorize-connection' satisfies FunctionPath;
