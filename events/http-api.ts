/**
 * The HTTP API as one table: what each route takes and answers. functions/lib/http.ts parses requests with it and types
 * the handlers by it, docs/openapi.json is generated from it. Who may call a route stands in functions/routes.ts.
 */
import type * as z from 'zod/mini';
import type { ErrorCode } from '../shared/errors.ts';
import * as account from './account-contracts.ts';
import * as chat from './http-contracts.ts';
import { membershipRoutes } from './membership-routes.ts';
import { programRoutes } from './program-routes.ts';
import * as user from './user-contracts.ts';

type Schema = z.ZodMiniType;

export interface HttpContract {
  readonly summary: string;
  readonly body?: Schema;
  readonly query?: Schema;
  /** Status → body; null has none. */
  readonly answers: Readonly<Record<number, Schema | null>>;
  /** What this route refuses with, besides what every route does (see `commonErrors`). */
  readonly errors?: readonly ErrorCode[];
}

/** Every route may refuse so; 401 only where a session is asked for. */
export const commonErrors = [
  'request.invalid',
  'request.body_not_json',
  'request.too_large',
  'rate_limited',
  'internal',
  'unavailable',
] as const satisfies readonly ErrorCode[];
export const sessionErrors = [
  'auth.unauthenticated',
  'auth.token_expired',
  'auth.session_ended',
] as const satisfies readonly ErrorCode[];

export const httpApi = {
  'GET /health': { summary: 'Whether the system can serve', answers: { 200: chat.healthResponse } },
  'GET /.well-known/jwks.json': {
    summary: 'The public keys that verify access tokens',
    answers: { 200: account.jwksResponse },
  },

  'POST /auth/register': {
    summary: 'Make an account and sign in',
    body: account.registerRequest,
    answers: { 201: account.registerResponse },
    errors: ['auth.handle_taken', 'auth.password_common'],
  },
  'POST /auth/login': {
    summary: 'Sign in with a password',
    body: account.loginRequest,
    answers: { 200: account.tokensResponse, 202: account.secondFactorRequired },
    errors: ['auth.invalid_credentials'],
  },
  'POST /auth/refresh': {
    summary: 'Exchange a refresh token for its successor',
    body: account.refreshRequest,
    answers: { 200: account.tokensResponse },
    errors: ['auth.refresh_invalid'],
  },
  'POST /auth/otp/request': {
    summary: 'Ask for a one-time code by e-mail or SMS',
    body: account.codeRequest,
    answers: { 202: account.challengeResponse },
    errors: ['auth.reauthentication_required'],
  },
  'POST /auth/otp/verify': {
    summary: 'Sign in with a one-time code, or prove an address with it',
    body: account.codeVerifyRequest,
    answers: {
      200: account.codeVerifiedResponse,
      202: account.secondFactorRequired,
    },
    errors: ['auth.code_invalid'],
  },
  'POST /auth/second-factor/verify': {
    summary: 'Finish signing in with the second factor or a recovery code',
    body: account.secondFactorVerifyRequest,
    answers: { 200: account.tokensResponse },
    errors: ['auth.code_invalid'],
  },
  'POST /auth/password/forgot': {
    summary: 'Ask for a code to set a new password',
    body: account.forgotPasswordRequest,
    answers: { 202: account.challengeResponse },
  },
  'POST /auth/password/reset': {
    summary: 'Set a new password with a code; every session ends',
    body: account.resetPasswordRequest,
    answers: { 204: null },
    errors: ['auth.code_invalid', 'auth.password_common'],
  },
  'POST /auth/password': {
    summary: 'Change the password; every other session ends',
    body: account.changePasswordRequest,
    answers: { 204: null },
    errors: ['auth.invalid_credentials', 'auth.password_common', 'auth.reauthentication_required'],
  },
  'POST /auth/reauthenticate': {
    summary: 'Confirm that it is still you, for what asks for it',
    body: account.reauthenticateRequest,
    answers: { 204: null },
    errors: ['auth.invalid_credentials', 'auth.code_invalid'],
  },
  'POST /auth/logout': { summary: 'End this session and its sockets', answers: { 204: null } },
  'GET /auth/sessions': { summary: 'Where you are signed in', answers: { 200: account.sessionsResponse } },
  'DELETE /auth/sessions': { summary: 'End every other session', answers: { 204: null } },
  'DELETE /auth/sessions/{id}': {
    summary: 'End one session and its sockets',
    answers: { 204: null },
    errors: ['session.not_found'],
  },
  'POST /auth/ws-ticket': {
    summary: 'A ticket that opens one socket, once',
    answers: { 200: account.ticketResponse },
  },
  'GET /auth/second-factor': {
    summary: 'Whether a second factor guards the account',
    answers: { 200: account.secondFactorView },
  },
  'POST /auth/second-factor': {
    summary: 'Begin to set up an authenticator app',
    answers: { 201: account.secondFactorEnrolment },
    errors: ['auth.reauthentication_required', 'auth.second_factor_exists'],
  },
  'POST /auth/second-factor/confirm': {
    summary: 'Finish setting it up with a first code',
    body: account.confirmSecondFactorRequest,
    answers: { 200: account.recoveryCodesResponse },
    errors: ['auth.code_invalid', 'auth.second_factor_exists', 'auth.second_factor_missing'],
  },
  'POST /auth/second-factor/recovery-codes': {
    summary: 'New recovery codes; the old ones end',
    answers: { 200: account.recoveryCodesResponse },
    errors: ['auth.reauthentication_required', 'auth.second_factor_missing'],
  },
  'DELETE /auth/second-factor': {
    summary: 'Remove the second factor',
    answers: { 204: null },
    errors: ['auth.reauthentication_required', 'auth.second_factor_missing'],
  },

  'GET /me': { summary: 'Your own profile', answers: { 200: user.me } },
  'PATCH /me': {
    summary: 'Change your profile',
    body: user.updateMeRequest,
    answers: { 200: user.me },
    errors: ['auth.handle_taken'],
  },
  'DELETE /me': {
    summary: 'Erase your account; messages stay without an author',
    answers: { 204: null },
    errors: ['auth.reauthentication_required'],
  },
  'GET /me/export': {
    summary: 'Everything that is kept about you, page by page',
    query: user.exportQuery,
    answers: { 200: user.exportResponse },
    errors: ['auth.reauthentication_required'],
  },
  'GET /me/blocks': { summary: 'The people whom you block', answers: { 200: user.blocksResponse } },
  'PUT /me/blocks/{user_id}': {
    summary: 'Block a person',
    answers: { 204: null },
    errors: ['user.not_found', 'user.cannot_block'],
  },
  'DELETE /me/blocks/{user_id}': { summary: 'Stop blocking a person', answers: { 204: null } },
  'GET /users': {
    summary: 'People whose handle or name begins so',
    query: user.findUsersQuery,
    answers: { 200: user.usersResponse },
  },
  'GET /users/{id}': {
    summary: 'One person',
    answers: { 200: user.personResponse },
    errors: ['user.not_found'],
  },

  'POST /conversations': {
    summary: 'Open a conversation',
    body: chat.openConversationRequest,
    answers: { 200: chat.conversationResponse, 201: chat.conversationResponse },
    errors: ['user.not_found'],
  },
  'GET /conversations': {
    summary: 'Your conversations',
    query: chat.listConversationsQuery,
    answers: { 200: chat.conversationsResponse },
  },
  'GET /conversations/{id}': {
    summary: 'One conversation',
    answers: { 200: chat.conversationResponse },
    errors: ['conversation.not_found'],
  },
  'GET /conversations/{id}/messages': {
    summary: 'Its history',
    query: chat.historyQuery,
    answers: { 200: chat.historyResponse },
    errors: ['conversation.not_found'],
  },
  'POST /conversations/{id}/messages': {
    summary: 'Send a message without a socket',
    body: chat.postMessageRequest,
    answers: { 202: chat.postMessageResponse },
    errors: ['conversation.not_found', 'message.not_found'],
  },
  'GET /conversations/{id}/messages/{seq_no}/versions': {
    summary: 'What a message said before it was edited',
    answers: { 200: chat.versionsResponse },
    errors: ['conversation.not_found', 'message.not_found'],
  },
  'GET /conversations/{id}/changes': {
    summary: 'The messages that changed since a change number',
    query: chat.changesQuery,
    answers: { 200: chat.changesResponse },
    errors: ['conversation.not_found'],
  },
  'GET /conversations/{id}/pins': {
    summary: 'Its pinned messages',
    answers: { 200: chat.pinsResponse },
    errors: ['conversation.not_found'],
  },
  'GET /conversations/{id}/receipts': {
    summary: 'How far each member has got',
    answers: { 200: chat.receiptsResponse },
    errors: ['conversation.not_found'],
  },
  'GET /conversations/{id}/threads': {
    summary: 'Its threads',
    query: chat.threadsQuery,
    answers: { 200: chat.threadsResponse },
    errors: ['conversation.not_found'],
  },
  'GET /conversations/{id}/threads/{seq_no}': {
    summary: 'One thread, page by page',
    query: chat.threadQuery,
    answers: { 200: chat.threadResponse },
    errors: ['conversation.not_found', 'message.not_found'],
  },
  ...membershipRoutes,
  ...programRoutes,
} as const satisfies Record<string, HttpContract>;

export type HttpRouteKey = keyof typeof httpApi;
type Contract<K extends HttpRouteKey> = (typeof httpApi)[K];
type Parsed<S> = S extends Schema ? z.infer<S> : undefined;

export type BodyOf<K extends HttpRouteKey> = Contract<K> extends { body: infer S } ? Parsed<S> : undefined;
export type QueryOf<K extends HttpRouteKey> = Contract<K> extends { query: infer S } ? Parsed<S> : undefined;

type Answer<Status, S> = S extends Schema
  ? {
      readonly status: Status;
      readonly body: z.infer<S>;
      readonly headers?: Readonly<Record<string, string>>;
    }
  : { readonly status: Status; readonly headers?: Readonly<Record<string, string>> };
/** One of the answers that the table names, with its body. */
export type AnswerOf<K extends HttpRouteKey> = {
  [S in keyof Contract<K>['answers']]: Answer<S, Contract<K>['answers'][S]>;
}[keyof Contract<K>['answers']];
