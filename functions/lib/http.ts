import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { type Identity, type PublicKeyStore, verifyAccessToken } from '../../shared/auth/access-token.ts';
import type { Gate } from '../../shared/auth/gate.ts';
import type { SessionStore } from '../../shared/auth/session.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { limits, type UserAction } from '../../shared/limits.ts';
import { httpRoutes } from '../routes.ts';
import { describeIssues } from './issues.ts';
import { addToLogLine, oneLogLine } from './log.ts';
import { problemDetails } from './problem-details.ts';

type Schema = z.ZodMiniType;
type Parsed<S> = S extends Schema ? z.infer<S> : undefined;

/** What a route gets: parsed and, where the manifest asks for a session, authenticated. */
export interface HttpRequest<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly identity: Identity;
  readonly sourceIp: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RouteDefinition {
  readonly body: Schema | undefined;
  readonly query: Schema | undefined;
  readonly action: UserAction | undefined;
  run(request: HttpRequest<unknown, unknown>): Promise<HttpAnswer>;
}

/** One route: its schemas, the rate limit that it counts against, and the use case that answers. */
export function route<
  B extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
>(definition: {
  body?: B;
  query?: Q;
  action?: UserAction;
  run(request: HttpRequest<Parsed<B>, Parsed<Q>>): Promise<HttpAnswer>;
}): RouteDefinition {
  const { body, query, action } = definition;
  return {
    body,
    query,
    action,
    run: (request) => definition.run(request as HttpRequest<Parsed<B>, Parsed<Q>>),
  };
}

type HttpRouteKey = (typeof httpRoutes)[number]['route'];

export interface AuthenticationDeps {
  readonly publicKeys: PublicKeyStore;
  readonly sessions: Pick<SessionStore, 'isLive'>;
  readonly gate: Gate;
  readonly issuer: string;
  readonly clock?: Clock;
}

/** What a caller without a session is, to routes that are open to everybody. */
const anonymous: Identity = { userId: '', sessionId: '' };

/**
 * The handler of a group of routes. Who may call a route stands in functions/routes.ts and is enforced here, so that
 * no route can forget it; `deps` is absent for a group that has public routes only.
 */
export function httpHandler(
  routes: Partial<Record<HttpRouteKey, RouteDefinition>>,
  deps?: AuthenticationDeps,
) {
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(oneLogLine(() => performance.now()))
    .use(problemDetails())
    .handler(async (event) => {
      const key = event.routeKey as HttpRouteKey;
      const definition = routes[key];
      const access = httpRoutes.find((entry) => entry.route === key)?.access;
      if (!definition || !access) throw new AppError('request.not_found');
      const body = bodyText(event);
      const identity = access === 'public' ? anonymous : await authenticate(event, definition.action, deps);
      addToLogLine({ route: key, ...(identity.userId && { user_id: identity.userId }) });
      const answer = await definition.run({
        body: definition.body && parse(definition.body, parseJson(body)),
        query: definition.query && parse(definition.query, event.queryStringParameters ?? {}),
        path: event.pathParameters ?? {},
        identity,
        sourceIp: event.requestContext.http.sourceIp,
      });
      addToLogLine({ status: answer.status });
      return toResult(answer);
    });
}

async function authenticate(
  event: APIGatewayProxyEventV2,
  action: UserAction | undefined,
  deps: AuthenticationDeps | undefined,
): Promise<Identity> {
  if (!deps) throw new Error(`${event.routeKey} needs a session, but its group cannot check one`);
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(event.headers.authorization ?? '')?.[1];
  if (!token) throw new AppError('auth.unauthenticated');
  const clock = deps.clock ?? systemClock;
  const identity = await verifyAccessToken(token, {
    publicKeys: deps.publicKeys,
    issuer: deps.issuer,
    clock,
  });
  if (action) await deps.gate.admit(identity, action);
  else if (!(await deps.sessions.isLive(identity))) throw new AppError('auth.session_ended');
  return identity;
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
function parse(schema: Schema, input: unknown): unknown {
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
