import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { ErrorFrame } from '../../events/server-frames.ts';
import type { Identity } from '../../shared/auth/access-token.ts';
import type { ConnectionStore } from '../../shared/connections/connection-store.ts';
import type { SocketGateway } from '../../shared/connections/push.ts';
import { AppError } from '../../shared/errors.ts';
import { describeIssues } from './issues.ts';
import { addToLogLine, logger, oneLogLine } from './log.ts';

/** The socket events, with what the $connect authorizer may have left in the context. */
export interface SocketEvent extends Pick<APIGatewayProxyWebsocketEventV2, 'body' | 'isBase64Encoded'> {
  /** On $connect only, like the headers. */
  readonly queryStringParameters?: Record<string, string | undefined>;
  readonly headers?: Record<string, string | undefined>;
  readonly multiValueHeaders?: Record<string, string[] | undefined>;
  readonly requestContext: APIGatewayProxyWebsocketEventV2['requestContext'] & {
    readonly authorizer?: Record<string, unknown> | null;
  };
}

interface SocketAnswer {
  readonly statusCode: number;
}

/** One frame of one connection, parsed, and whose it is. */
export interface FrameRequest<Frame> {
  readonly frame: Frame;
  readonly identity: Identity;
  readonly connectionId: string;
  /** When API Gateway received the frame, milliseconds since the epoch. */
  readonly receivedAtMs: number;
  readonly requestId: string;
}

interface FrameDeps {
  readonly gateway: SocketGateway;
  readonly connections: Pick<ConnectionStore, 'identify'>;
}

/**
 * The handler of one action. API Gateway authorises at $connect only, so `run` must pass the gate: session, rate
 * limit, membership. What goes wrong is told to the client in an `error` frame, and the socket stays open.
 */
export function frameHandler<S extends z.ZodMiniType>(
  schema: S,
  deps: FrameDeps,
  run: (request: FrameRequest<z.infer<S>>) => Promise<void>,
) {
  return middy<SocketEvent, SocketAnswer>()
    .use(oneLogLine(() => performance.now()))
    .use(errorFrames(deps.gateway))
    .handler(async (event, context) => {
      const { connectionId, requestTimeEpoch } = event.requestContext;
      const frame = parseFrame(schema, event.body);
      const identity = identityOf(event) ?? (await deps.connections.identify(connectionId));
      if (!identity) throw new AppError('auth.session_ended');
      addToLogLine({ user_id: identity.userId });
      await run({
        frame,
        identity,
        connectionId,
        receivedAtMs: requestTimeEpoch,
        requestId: context.awsRequestId,
      });
      return { statusCode: 200 };
    });
}

/** The handler of a connection's beginning or end: what it answers decides whether the socket opens. */
export function connectionHandler(run: (event: SocketEvent) => Promise<SocketAnswer>) {
  return middy<SocketEvent, SocketAnswer>()
    .use(oneLogLine(() => performance.now()))
    .handler(async (event) => {
      addToLogLine({
        route: event.requestContext.routeKey,
        connection_id: event.requestContext.connectionId,
      });
      const answer = await run(event);
      addToLogLine({ status: answer.statusCode });
      return answer;
    });
}

/** Who the authorizer said it is: AWS hands its context to every event of the connection, which spares a look-up. */
export function identityOf(event: SocketEvent): Identity | undefined {
  const { user_id: userId, session_id: sessionId } = event.requestContext.authorizer ?? {};
  return typeof userId === 'string' && typeof sessionId === 'string' ? { userId, sessionId } : undefined;
}

function parseFrame<S extends z.ZodMiniType>(schema: S, body: string | undefined): z.infer<S> {
  const parsed = schema.safeParse(parseJsonObject(body));
  if (parsed.success) return parsed.data;
  const aboutContent = parsed.error.issues.some((issue) => issue.path[0] === 'content');
  throw new AppError(
    aboutContent ? 'message.content_invalid' : 'frame.invalid',
    describeIssues(parsed.error),
  );
}

/** Throws `frame.not_json` for anything but a JSON object. */
export function parseJsonObject(body: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Told below, in the same words as for JSON that is no object.
  }
  throw new AppError('frame.not_json');
}

/** Tells the client what went wrong with its frame, with what it needs to find the frame again. */
function errorFrames(gateway: SocketGateway): MiddlewareObj<SocketEvent, SocketAnswer> {
  return {
    async onError(request) {
      const { error, event, context } = request;
      const known = error instanceof AppError ? error : new AppError('internal');
      const { connectionId, routeKey } = event.requestContext;
      const reference = referenceOf(event.body);
      const request_id = context.awsRequestId;
      if (known !== error) logger.error('unexpected error', { error, request_id });
      else if (error.cause) logger.warn('caused by', { error: error.cause as Error, request_id });
      addToLogLine({ route: routeKey, connection_id: connectionId, code: known.code, ...reference });
      const frame: ErrorFrame = {
        type: 'error',
        code: known.code,
        detail: known.message,
        request_id,
        ...reference,
        ...(known.retryAfterMs !== undefined && { retry_after_ms: Math.ceil(known.retryAfterMs) }),
      };
      await gateway.post(connectionId, JSON.stringify(frame));
      // Any other status would make API Gateway send a second error of its own.
      request.response = { statusCode: 200 };
    },
  };
}

/** The ids that the frame named, if they are at least short strings. */
function referenceOf(body: string | undefined): { client_msg_id?: string; convo_id?: string } {
  try {
    const { client_msg_id, convo_id } = parseJsonObject(body);
    const isId = (value: unknown): value is string =>
      typeof value === 'string' && /^[\w.:~-]{1,64}$/.test(value);
    return { ...(isId(client_msg_id) && { client_msg_id }), ...(isId(convo_id) && { convo_id }) };
  } catch {
    return {};
  }
}
