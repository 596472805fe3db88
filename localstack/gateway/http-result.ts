export interface HttpResult {
  readonly statusCode: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** The gateway frames the response itself; what a function says about that is not sent. */
const framingHeaders = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What a function's result means in payload format 2.0: `{statusCode, headers, cookies, body, isBase64Encoded}`,
 * or any JSON without a statusCode, which is the body of a 200. Undefined when the result is malformed.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export function interpretHttpResult(payload: unknown): HttpResult | undefined {
  if (!isRecord(payload) || !('statusCode' in payload)) return inferredResult(payload);
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = payload;
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode)) return undefined;
  if (statusCode < 200 || statusCode > 599 || typeof body !== 'string') return undefined;
  if (!isRecord(headers) || typeof isBase64Encoded !== 'boolean' || !isStrings(cookies)) return undefined;
  const sent = Object.entries(headers).filter(([name]) => !framingHeaders.has(name.toLowerCase()));
  if (!sent.every(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  return {
    statusCode,
    headers: withContentType(sent.map(([name, value]) => [name, String(value)])),
    cookies,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

function inferredResult(payload: unknown): HttpResult {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
  const headers = [['content-type', 'application/json']] as const;
  return { statusCode: 200, headers, cookies: [], body: Buffer.from(body) };
}

function withContentType(headers: readonly (readonly [string, string])[]) {
  return headers.some(([name]) => name.toLowerCase() === 'content-type')
    ? headers
    : [...headers, ['content-type', 'text/plain;charset=UTF-8'] as const];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
