import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpApiDefinition } from '../contracts.ts';
import { httpEvent } from './http-event.ts';
import { sendMessage, sendOutcome } from './http-response.ts';
import { callIntegration } from './integration.ts';
import { readBody } from './read-body.ts';
import { decodeSegments, isLoopbackHost, sourceIp, splitTarget } from './request-facts.ts';
import { createRouteMatcher, type RouteMatch } from './route-match.ts';
import type { GatewayRuntime } from './runtime.ts';
import { createThrottle } from './throttle.ts';

/** Answers a request by itself (true), or leaves it alone (false). */
export type StaticFiles = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface HttpApi {
  /** Answers every request. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

type Route = HttpApiDefinition['routes'][number];

/** What the access log says besides what every entry says. */
interface Handled {
  readonly routeKey?: string | undefined;
  readonly integrationError?: string | undefined;
}

interface RequestStamp {
  readonly requestId: string;
  readonly requestTimeEpoch: number;
}

/**
 * An HTTP API with its $default stage and Lambda proxy integrations; a request that no route takes goes to
 * `staticFiles` before it is a 404.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function createHttpApi(
  runtime: GatewayRuntime,
  definition: HttpApiDefinition,
  staticFiles: StaticFiles = () => false,
): HttpApi {
  const dispatch = createDispatch(runtime, definition, staticFiles);
  return {
    async handle(request, response) {
      const requestTimeEpoch = runtime.clock.now();
      const requestId = runtime.ids.requestId();
      let handled: Handled = {};
      response.setHeader('apigw-requestid', requestId);
      try {
        handled = await dispatch(request, response, { requestId, requestTimeEpoch });
      } catch (error) {
        handled = { integrationError: error instanceof Error ? error.name : 'Error' };
        sendMessage(response, 500, 'Internal Server Error');
      }
      runtime.accessLog({
        api: 'http',
        requestId,
        requestTimeEpoch,
        sourceIp: sourceIp(request),
        httpMethod: request.method,
        path: splitTarget(request.url ?? '')?.path,
        status: response.statusCode,
        responseLatencyMs: runtime.clock.now() - requestTimeEpoch,
        ...handled,
      });
    },
  };
}

function createDispatch(runtime: GatewayRuntime, definition: HttpApiDefinition, staticFiles: StaticFiles) {
  const matchRoute = createRouteMatcher(definition.routes);
  const throttle = createThrottle(definition.throttle, runtime.clock);

  return async (
    request: IncomingMessage,
    response: ServerResponse,
    stamp: RequestStamp,
  ): Promise<Handled> => {
    const refuse = (status: number, message: string, routeKey?: string): Handled => {
      sendMessage(response, status, message);
      return { routeKey };
    };
    if (!isLoopbackHost(request.headers.host)) return refuse(421, 'Misdirected Request');
    const target = splitTarget(request.url ?? '');
    if (!target || !decodeSegments(target.path)) return refuse(400, 'Bad Request');
    const match = matchRoute(request.method ?? '', target.path);
    if (!match) return (await staticFiles(request, response)) ? {} : refuse(404, 'Not Found');
    const { routeKey } = match.route;
    if (!throttle.admits()) return refuse(429, 'Too Many Requests', routeKey);
    const body = await readBody(request, runtime.limits.httpBodyMaxBytes);
    if (body.kind === 'too-large') return refuse(413, 'Request Entity Too Large', routeKey);
    if (body.kind === 'aborted') return { routeKey, integrationError: 'Client.Aborted' };
    const event = eventOf(definition.apiId, request, match, { ...target, ...stamp, body: body.bytes });
    const outcome = await callIntegration(runtime, match.route, event);
    return { routeKey, integrationError: sendOutcome(response, outcome) };
  };
}

function eventOf(
  apiId: string,
  request: IncomingMessage,
  { route, pathParameters }: RouteMatch<Route>,
  about: RequestStamp & { readonly path: string; readonly query: string; readonly body: Buffer },
) {
  return httpEvent({ ...about, request, apiId, routeKey: route.routeKey, pathParameters });
}
