import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { forwardedHeaders, groupValues, headerPairs, requestTime, sourceIp } from './request-facts.ts';
import { localAccount } from './runtime.ts';

export interface HttpEventInput {
  readonly request: IncomingMessage;
  readonly apiId: string;
  readonly routeKey: string;
  readonly path: string;
  readonly query: string;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
  readonly body: Buffer;
  readonly requestId: string;
  readonly requestTimeEpoch: number;
}

/** They belong to one hop, or have a field of their own in the event. */
const withheldHeaders = new Set([
  'connection',
  'cookie',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
]);

/**
 * The event of a Lambda proxy integration, payload format 2.0. Fields that have nothing to say are left out.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(input: HttpEventInput): APIGatewayProxyEventV2 {
  const { request, path, query, pathParameters, body, routeKey } = input;
  const cookies = request.headers.cookie?.split(/; */).filter((cookie) => cookie !== '');
  const parameters = groupValues([...new URLSearchParams(query)]);
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies && cookies.length > 0 && { cookies }),
    headers: eventHeaders(request, body.length),
    ...(parameters.size > 0 && { queryStringParameters: joined(parameters) }),
    requestContext: requestContext(input),
    ...(pathParameters && { pathParameters: { ...pathParameters } }),
    ...(body.length > 0 ? eventBody(request.headers['content-type'], body) : { isBase64Encoded: false }),
  };
}

function eventHeaders(request: IncomingMessage, bodyBytes: number): Record<string, string> {
  const pairs = headerPairs(request).filter(([name]) => !withheldHeaders.has(name.toLowerCase()));
  pairs.push(['content-length', String(bodyBytes)], ...forwardedHeaders(request));
  return joined(groupValues(pairs, (name) => name.toLowerCase()));
}

function joined(groups: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  return Object.fromEntries([...groups].map(([name, values]) => [name, values.join(',')]));
}

function requestContext(input: HttpEventInput): APIGatewayProxyEventV2['requestContext'] {
  const { request, requestTimeEpoch } = input;
  const domainName = request.headers.host ?? '';
  return {
    accountId: localAccount.accountId,
    apiId: input.apiId,
    domainName,
    domainPrefix: domainName.split(/[.:]/)[0] ?? '',
    http: {
      method: request.method ?? '',
      path: input.path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: sourceIp(request),
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: input.requestId,
    routeKey: input.routeKey,
    stage: '$default',
    time: requestTime(requestTimeEpoch),
    timeEpoch: requestTimeEpoch,
  };
}

/** Text arrives as it is; every other type, a form's too, in Base64. */
function eventBody(contentType: string | undefined, body: Buffer) {
  return isTextType(contentType) && isUtf8(body)
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}

function isTextType(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' || /^text\/|^application\/(json|xml|javascript)$|\+(json|xml)$/.test(type);
}
