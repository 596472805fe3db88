/**
 * One row per HTTP route and frame: how it is asked for properly, and what each living person gets for each kind of
 * object. The type asks for every route and action, so that a new one does not compile without its row; what is refused to
 * everybody without a living session follows from functions/routes.ts and needs no row.
 */
import type { HttpRouteKey } from '../../events/http-api.ts';
import type { webSocketRoutes } from '../../functions/routes.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { randomIds } from '../../shared/ids.ts';
import type { HttpCall } from '../support/in-memory-aws.ts';
import { conversations, frameOutcomes, people, readingOfMessages, refusedBut, sessions } from './objects.ts';
import { inviteRoutes } from './rows-invites.ts';
import { membershipRoutes } from './rows-memberships.ts';
import { moderationRoutes } from './rows-moderation.ts';
import { noticeRoutes } from './rows-notices.ts';
import { presenceFrames } from './rows-presence.ts';
import { programRoutes } from './rows-programs.ts';
import { threadFrames, threadRoutes } from './rows-threads.ts';
import { type Person, password, type World } from './world.ts';

/** The status of an answer, or the code of a refusal. */
export type Outcome = number | ErrorCode;
/** What the caller of a `public` or `optional` route gets without a token. */
export interface PublicRow {
  request(): HttpCall;
  readonly anonymous: Outcome;
  /** With a living session, where that makes a difference. */
  readonly signedIn?: Outcome;
}

export interface ObjectRow {
  /** Every kind of object, the same answers for `foreign`, `missing` and `malformed` ones unless a row says why not. */
  readonly objects: Readonly<Record<string, (world: World, caller: Person) => Promise<string>>>;
  request(object: string): HttpCall;
  /** Object → outcome. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** A route about nothing but the caller. */
export interface OwnRow {
  request(): HttpCall;
  readonly outcome: Outcome;
}

export type HttpRow = PublicRow | ObjectRow | OwnRow;

const challenge = { challenge_id: 'x'.repeat(43), code: '000000' };
const someone = { email: 'somebody@example.org' };

export const httpRows: { readonly [K in HttpRouteKey]: HttpRow } = {
  ...inviteRoutes,
  ...membershipRoutes,
  ...moderationRoutes,
  ...noticeRoutes,
  ...programRoutes,
  ...threadRoutes,
  'GET /health': { request: () => ({}), anonymous: 200 },
  'GET /.well-known/jwks.json': { request: () => ({}), anonymous: 200 },
  'POST /auth/register': {
    request: () => ({
      body: {
        email: `${randomIds.user()}@example.org`,
        password,
        handle: randomIds.user().slice(2),
        display_name: 'New',
      },
    }),
    anonymous: 201,
  },
  'POST /auth/login': {
    request: () => ({ body: { ...someone, password: 'not the password' } }),
    anonymous: 'auth.invalid_credentials',
  },
  'POST /auth/refresh': {
    request: () => ({ body: { refresh_token: 'x' } }),
    anonymous: 'auth.refresh_invalid',
  },
  'POST /auth/otp/request': {
    request: () => ({ body: { ...unused(), purpose: 'login' } }),
    anonymous: 202,
  },
  'POST /auth/otp/verify': {
    request: () => ({ body: { ...someone, purpose: 'login', ...challenge } }),
    anonymous: 'auth.code_invalid',
  },
  'POST /auth/second-factor/verify': { request: () => ({ body: challenge }), anonymous: 'auth.code_invalid' },
  'POST /auth/password/forgot': { request: () => ({ body: unused() }), anonymous: 202 },
  'POST /auth/password/reset': {
    request: () => ({ body: { ...someone, ...challenge, new_password: 'another good password' } }),
    anonymous: 'auth.code_invalid',
  },

  'POST /auth/password': {
    request: () => ({ body: { current_password: 'wrong', new_password: 'another good password' } }),
    outcome: 'auth.invalid_credentials',
  },
  'POST /auth/reauthenticate': { request: () => ({ body: { password } }), outcome: 204 },
  'POST /auth/logout': { request: () => ({}), outcome: 204 },
  'GET /auth/sessions': { request: () => ({}), outcome: 200 },
  'DELETE /auth/sessions': { request: () => ({}), outcome: 204 },
  'DELETE /auth/sessions/{id}': {
    objects: sessions,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 204 }, 'session.not_found'),
  },
  'POST /auth/ws-ticket': { request: () => ({}), outcome: 200 },
  'GET /auth/second-factor': { request: () => ({}), outcome: 200 },
  'POST /auth/second-factor': { request: () => ({}), outcome: 201 },
  'POST /auth/second-factor/confirm': {
    request: () => ({ body: { code: '000000' } }),
    outcome: 'auth.second_factor_missing',
  },
  'POST /auth/second-factor/recovery-codes': { request: () => ({}), outcome: 'auth.second_factor_missing' },
  'DELETE /auth/second-factor': { request: () => ({}), outcome: 'auth.second_factor_missing' },

  'GET /me': { request: () => ({}), outcome: 200 },
  'PATCH /me': { request: () => ({ body: { display_name: 'Renamed' } }), outcome: 200 },
  'DELETE /me': { request: () => ({}), outcome: 204 },
  'GET /me/export': { request: () => ({}), outcome: 200 },
  'GET /me/blocks': { request: () => ({}), outcome: 200 },
  'PUT /me/blocks/{user_id}': {
    objects: { ...people, self: async (_, caller) => caller.userId },
    request: (user_id) => ({ path: { user_id } }),
    outcomes: { ...refusedBut({ other: 204 }, 'user.not_found'), self: 'user.cannot_block' },
  },
  'DELETE /me/blocks/{user_id}': {
    objects: people,
    request: (user_id) => ({ path: { user_id } }),
    // Nobody is blocked afterwards: that is so for whoever never was.
    outcomes: { ...refusedBut({}, 204), malformed: 204 },
  },
  'GET /users': { request: () => ({ query: { query: 'p' } }), outcome: 200 },
  'GET /users/{id}': {
    objects: people,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ other: 200 }, 'user.not_found'),
  },

  'POST /conversations': {
    objects: people,
    request: (id) => ({ body: { type: 'direct', members: [id] } }),
    outcomes: {
      ...refusedBut({ other: 201 }, 'user.not_found'),
      malformed: 'request.invalid',
      'of another type': 'request.invalid',
    },
  },
  'GET /conversations': { request: () => ({}), outcome: 200 },
  'GET /conversations/{id}': {
    objects: conversations,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 200, left: 200 }, 'conversation.not_found'),
  },
  'GET /conversations/{id}/messages': {
    objects: conversations,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 200, left: 200 }, 'conversation.not_found'),
  },
  'POST /conversations/{id}/messages': {
    objects: conversations,
    request: (id) => ({
      path: { id },
      body: { client_msg_id: randomIds.message(), content: 'text of a message' },
    }),
    outcomes: refusedBut({ own: 202 }, 'conversation.not_found'),
  },
  'GET /conversations/{id}/messages/{seq_no}/versions': readingOfMessages,
  'GET /conversations/{id}/changes': {
    objects: conversations,
    request: (id) => ({ path: { id }, query: { since_rev: '0' } }),
    outcomes: refusedBut({ own: 200, left: 200 }, 'conversation.not_found'),
  },
  'GET /conversations/{id}/pins': {
    objects: conversations,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 200, left: 200 }, 'conversation.not_found'),
  },
  'GET /conversations/{id}/receipts': {
    objects: conversations,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 200 }, 'conversation.not_found'),
  },
};

type FrameAction = Exclude<(typeof webSocketRoutes)[number]['routeKey'], `$${string}`>;

export interface FrameRow {
  readonly objects?: ObjectRow['objects'];
  request(object: string): Readonly<Record<string, unknown>>;
  /** Object → `done`, or the code of the error frame. */
  readonly outcomes: Readonly<Record<string, 'done' | ErrorCode>>;
}

/** Whose message it is that is changed, and whether there is one, is seen behind the queue: test/flows/changes.test.ts. */
const changeOf = (more: Readonly<Record<string, unknown>> = {}): FrameRow => ({
  objects: conversations,
  request: (convo_id) => ({ convo_id, client_msg_id: randomIds.message(), seq_no: 1, ...more }),
  outcomes: frameOutcomes,
});
const inConversation = (more: Readonly<Record<string, unknown>> = {}): FrameRow => ({
  objects: conversations,
  request: (convo_id) => ({ convo_id, ...more }),
  outcomes: frameOutcomes,
});

export const frameRows: { readonly [A in FrameAction]: FrameRow } = {
  ...threadFrames,
  ...presenceFrames,
  'message.send': {
    objects: conversations,
    request: (convo_id) => ({ convo_id, client_msg_id: randomIds.message(), content: 'text of a message' }),
    outcomes: frameOutcomes,
  },
  'message.edit': changeOf({ content: 'text of a message' }),
  'message.delete': changeOf(),
  'reaction.add': changeOf({ emoji: '👍' }),
  'reaction.remove': changeOf({ emoji: '👍' }),
  'message.pin': changeOf(),
  'message.unpin': changeOf(),
  'message.read': inConversation({ seq_no: 2 }),
  'message.delivered': inConversation({ seq_no: 2 }),
  'message.unread': inConversation({ seq_no: 1 }),
  'typing.start': inConversation(),
  'typing.stop': inConversation(),
  // A cursor of a conversation that is not one's own is passed over: it tells nothing, not even that it was wrong.
  sync: {
    objects: { own: conversations.own, foreign: conversations.foreign, missing: conversations.missing },
    request: (convo_id) => ({ cursors: { [convo_id]: 0 } }),
    outcomes: { own: 'done', foreign: 'done', missing: 'done' },
  },
  ping: { request: () => ({}), outcomes: { none: 'done' } },
};

/** An address of nobody, another each time: its rate limit is nobody's business here. */
function unused() {
  return { email: `${randomIds.user()}@example.org` };
}
