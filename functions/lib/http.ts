import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { clientMsgId } from '../../events/client-frames.ts';
import {
  type AnswerOf,
  type BodyOf,
  type HttpContract,
  type HttpRouteKey,
  httpApi,
  type QueryOf,
} from '../../events/http-api.ts';
import { type Identity, type PublicKeyStore, verifyAccessToken } from '../../shared/auth/access-token.ts';
import type { Gate } from '../../shared/auth/gate.ts';
import type { Device, SessionStore } from '../../shared/auth/session.ts';
import { isBotToken, parseBotToken } from '../../shared/bots/bot-token.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { limits, type UserAction } from '../../shared/limits.ts';
import { type HttpRoute, httpRoutes } from '../routes.ts';
import { describeIssues } from './issues.ts';
import { addToLogLine, oneLogLine } from './log.ts';
import { problemDetails } from './problem-details.ts';
import { type EdgeSecret, viewerAddress } from './viewer-address.ts';

/** What a route gets: parsed and, where the manifest asks for a session, authenticated. */
export interface HttpRequest<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  readonly path: Readonly<Record<string, string | undefined>>;
  /** Of `optional` routes: `anonymous` when the caller named no token. */
  readonly identity: Identity;
  /** Where the request comes from, as far as it can be believed. */
  readonly device: Device & { readonly ip: string };
  /** The header `Idempotency-Key`, if it is one that a message can have. */
  readonly idempotencyKey: string | undefined;
  readonly requestId: string;
  /** When API Gateway received the request, milliseconds since the epoch. */
  readonly receivedAtMs: number;
}

/** One route: the rate limit that it counts against, and the use case that answers. */
interface Route<K extends HttpRouteKey> {
  /** Taken from the bucket of the person who calls; not for public routes. */
  readonly action?: UserAction;
  run(request: HttpRequest<BodyOf<K>, QueryOf<K>>): Promise<AnswerOf<K>>;
}

export type Routes = { readonly [K in HttpRouteKey]?: Route<K> };

/** What the chain sees of any route; the table of events/http-api.ts has typed it before. */
interface AnyRoute {
  readonly action?: UserAction;
  run(request: HttpRequest<unknown, unknown>): Promise<HttpAnswer>;
}

interface HttpAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AuthenticationDeps {
  readonly publicKeys: PublicKeyStore;
  readonly sessions: Pick<SessionStore, 'isLive'>;
  readonly gate: Gate;
  readonly issuer: string;
  readonly clock?: Clock;
  /** Where the caller's address matters behind CloudFront; without it the address of the last hop is taken. */
  readonly edge?: EdgeSecret;
}

/** What a caller without a session is, to routes that know such callers. */
export const anonymous: Identity = { userId: '', sessionId: '' };

/**
 * The handler of a group of routes. Who may call a route stands in functions/routes.ts and is enforced here, so that
 * no route can forget it; `deps` is absent for a group that has public routes only.
 */
export function httpHandler(routes: Routes, deps?: AuthenticationDeps) {
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(oneLogLine(() => performance.now()))
    .use(problemDetails())
    .handler(async (event, context) => {
      const key = event.routeKey as HttpRouteKey;
      const route = routes[key] as AnyRoute | undefined;
      const entry: HttpRoute | undefined = httpRoutes.find((one) => one.route === key);
      if (!route || !entry) throw new AppError('request.not_found');
      const contract: HttpContract = httpApi[key];
      const body = bodyText(event);
      addToLogLine({ route: key });
      const identity = await identify(event, entry, route.action, deps);
      const answer = await route.run({
        body: contract.body && parse(contract.body, parseJson(body)),
        query: contract.query && parse(contract.query, event.queryStringParameters ?? {}),
        path: event.pathParameters ?? {},
        identity,
        device: { ip: await viewerAddress(event, deps?.edge), userAgent: userAgentOf(event) },
        idempotencyKey: idempotencyKeyOf(event),
        requestId: context.awsRequestId,
        receivedAtMs: event.requestContext.timeEpoch,
      });
      addToLogLine({ status: answer.status });
      return toResult(answer);
    });
}

/** Who calls, as far as the route asks. Throws a 401 for who must be known and is not. */
async function identify(
  event: APIGatewayProxyEventV2,
  { access, bots }: HttpRoute,
  action: UserAction | undefined,
  deps: AuthenticationDeps | undefined,
): Promise<Identity> {
  if (access === 'public') return anonymous;
  if (access === 'optional' && event.headers.authorization === undefined) return anonymous;
  if (!deps) throw new Error(`${event.routeKey} needs a session, but its group cannot check one`);
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(event.headers.authorization ?? '')?.[1];
  if (!token) throw new AppError('auth.unauthenticated');
  if (isBotToken(token)) return await identifyBot(token, bots === true, action, deps);
  const clock = deps.clock ?? systemClock;
  const identity = await verifyAccessToken(token, {
    publicKeys: deps.publicKeys,
    issuer: deps.issuer,
    clock,
  });
  // Before the session is looked at: who was turned away belongs into the log as well.
  addToLogLine({ user_id: identity.userId });
  if (access !== 'ending') await admit(identity, action, deps);
  return identity;
}

/**
 * Which bot calls. What is not for bots is refused to every bot, before its token is looked at. Whether a token is wrong or
 * was replaced is the same to it: there is nothing that it could renew.
 */
async function identifyBot(
  token: string,
  mayCall: boolean,
  action: UserAction | undefined,
  deps: AuthenticationDeps,
): Promise<Identity> {
  if (!mayCall) throw new AppError('bot.not_allowed');
  const identity = parseBotToken(token);
  if (!identity) throw new AppError('auth.unauthenticated');
  addToLogLine({ user_id: identity.userId });
  try {
    await admit(identity, action, deps);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'auth.session_ended') throw error;
    throw new AppError('auth.unauthenticated', 'the token of the bot is not valid, or not any more');
  }
  return identity;
}

/** Throws `auth.session_ended` or `rate_limited`. */
async function admit(
  identity: Identity,
  action: UserAction | undefined,
  deps: AuthenticationDeps,
): Promise<void> {
  if (action) await deps.gate.admit(identity, action);
  else if (!(await deps.sessions.isLive(identity))) throw new AppError('auth.session_ended');
}

/** Throws `request.invalid` for a key that no message can have as its id: it must not be ignored. */
function idempotencyKeyOf({ headers }: APIGatewayProxyEventV2): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const parsed = clientMsgId.safeParse(key);
  if (!parsed.success)
    throw new AppError('request.invalid', `Idempotency-Key: ${describeIssues(parsed.error)}`);
  return parsed.data;
}

/** What the client calls itself, as far as it is kept; cutting must not leave half a character. */
function userAgentOf(event: APIGatewayProxyEventV2): string | undefined {
  const userAgent = event.requestContext.http.userAgent ?? '';
  return userAgent.slice(0, limits.userAgentMaxChars).toWellFormed() || undefined;
}

function bodyText(event: APIGatewayProxyEventV2): string {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > limits.httpBodyMaxBytes) {
    throw new AppError(
      'request.too_large',
      `the body may have ${limits.httpBodyMaxBytes} bytes, it has ${bytes.length}`,
    );
  }
  return bytes.toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('request.body_not_json');
  }
}

/** Parses at the door. Throws `request.invalid`, naming each field and what is wrong with it. */
function parse(schema: z.ZodMiniType, input: unknown): unknown {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new AppError('request.invalid', describeIssues(parsed.error));
  return parsed.data;
}

function toResult({ status, body, headers }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}
