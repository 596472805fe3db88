import type { IncomingMessage } from 'node:http';
import { forwardedHeaders, groupValues, headerPairs, requestTime } from './request-facts.ts';
import { localAccount } from './runtime.ts';

/** What is known of a connection from its upgrade request on. */
export interface ConnectionFacts {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  /** The Host of the upgrade request. */
  readonly domainName: string;
  readonly connectedAt: number;
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
}

/** What the authorizer of $connect left for every later event of the connection. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

export interface EventStamp {
  readonly requestId: string;
  readonly requestTimeEpoch: number;
}

function requestContext(
  facts: ConnectionFacts,
  stamp: EventStamp,
  event: { readonly routeKey: string; readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT' },
  authorizer?: AuthorizerContext,
) {
  return {
    ...event,
    extendedRequestId: stamp.requestId,
    requestTime: requestTime(stamp.requestTimeEpoch),
    messageDirection: 'IN' as const,
    stage: facts.stage,
    connectedAt: facts.connectedAt,
    requestTimeEpoch: stamp.requestTimeEpoch,
    identity: facts.identity,
    requestId: stamp.requestId,
    domainName: facts.domainName,
    connectionId: facts.connectionId,
    apiId: facts.apiId,
    ...(authorizer && { authorizer }),
  };
}

const connect = { routeKey: '$connect', eventType: 'CONNECT' } as const;

/**
 * What the REQUEST authorizer of $connect is called with.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function authorizerEvent(facts: ConnectionFacts, stamp: EventStamp, request: IncomingMessage) {
  return {
    type: 'REQUEST',
    methodArn: connectArn(facts),
    ...eventHeaders(request),
    ...eventQuery(request),
    stageVariables: {},
    requestContext: requestContext(facts, stamp, connect),
  };
}

/** The resource that a policy has to allow. */
export function connectArn({ apiId, stage }: ConnectionFacts): string {
  return `arn:aws:execute-api:${localAccount.region}:${localAccount.accountId}:${apiId}/${stage}/$connect`;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html */
export function connectEvent(
  facts: ConnectionFacts,
  stamp: EventStamp,
  request: IncomingMessage,
  authorizer: AuthorizerContext | undefined,
) {
  const query = eventQuery(request);
  return {
    ...eventHeaders(request),
    ...(Object.keys(query.queryStringParameters).length > 0 && query),
    requestContext: requestContext(facts, stamp, connect, authorizer),
    isBase64Encoded: false,
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html */
export function messageEvent(
  facts: ConnectionFacts,
  stamp: EventStamp,
  message: { readonly messageId: string; readonly routeKey: string; readonly body: string },
  authorizer: AuthorizerContext | undefined,
) {
  const { messageId, routeKey, body } = message;
  const context = requestContext(facts, stamp, { routeKey, eventType: 'MESSAGE' }, authorizer);
  return { requestContext: { ...context, messageId }, body, isBase64Encoded: false };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html */
export function disconnectEvent(
  facts: ConnectionFacts,
  stamp: EventStamp,
  close: { readonly code: number; readonly reason: string },
  authorizer: AuthorizerContext | undefined,
) {
  const headers = {
    Host: facts.domainName,
    'x-api-key': '',
    'X-Forwarded-For': facts.identity.sourceIp,
    'x-restapi': '',
  };
  const event = { routeKey: '$disconnect', eventType: 'DISCONNECT' } as const;
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: {
      ...requestContext(facts, stamp, event, authorizer),
      disconnectStatusCode: close.code,
      disconnectReason: close.reason,
    },
    isBase64Encoded: false,
  };
}

/** Names keep the spelling of the client, as on AWS; of several values the single form has the last. */
function eventHeaders(request: IncomingMessage) {
  const values = groupValues([...headerPairs(request), ...forwardedHeaders(request)]);
  return { headers: lastOf(values), multiValueHeaders: Object.fromEntries(values) };
}

function eventQuery(request: IncomingMessage) {
  const query = (request.url ?? '').split('?').slice(1).join('?');
  const values = groupValues([...new URLSearchParams(query)]);
  return {
    queryStringParameters: lastOf(values),
    multiValueQueryStringParameters: Object.fromEntries(values),
  };
}

function lastOf(values: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  return Object.fromEntries([...values].map(([name, all]) => [name, all.at(-1) ?? '']));
}
