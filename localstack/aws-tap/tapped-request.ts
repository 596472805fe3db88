import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod/mini';
import type { TappedCall, TappedService } from './tapped-call.ts';

export interface TappedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Functions are told apart by the session token that they are given, which the SDK sends with every call. */
export function describeCall(service: TappedService, request: TappedRequest, body: Buffer): TappedCall {
  const token = request.headers['x-amz-security-token'];
  const functionName = typeof token === 'string' ? token : 'unknown';
  return { functionName, service, operation: operationOf(service, request, body) };
}

/** As the protocol of each service names it: in a header, by method and path, or in the body. */
function operationOf(service: TappedService, request: TappedRequest, body: Buffer): string {
  switch (service) {
    case 'management-api':
      return managementOperation(request.method);
    case 'sesv2':
      return restOperation(request);
    case 'sns':
      return new URLSearchParams(body.toString('utf8')).get('Action') ?? 'unknown';
    default:
      return targetOperation(request.headers);
  }
}

const managementOperations: Readonly<Record<string, string>> = {
  POST: 'PostToConnection',
  GET: 'GetConnection',
  DELETE: 'DeleteConnection',
};

function managementOperation(method = ''): string {
  return managementOperations[method] ?? method;
}

function restOperation({ method, url }: TappedRequest): string {
  const target = `${method} ${url}`;
  return target === 'POST /v2/email/outbound-emails' ? 'SendEmail' : target;
}

/** `DynamoDB_20120810.PutItem` → `PutItem` */
function targetOperation(headers: IncomingHttpHeaders): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : 'unknown';
}

/** Operations of DynamoDB that can report what they consumed. */
const metered = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'TransactGetItems',
  'TransactWriteItems',
  'UpdateItem',
]);

/** The request with `ReturnConsumedCapacity: TOTAL`, unless it asks for some capacity itself. */
export function askForCapacity(call: TappedCall, body: Buffer): Buffer {
  if (call.service !== 'dynamodb' || !metered.has(call.operation)) return body;
  const input = parseObject(body);
  const asked = input?.ReturnConsumedCapacity;
  if (input === undefined || (asked !== undefined && asked !== 'NONE')) return body;
  return Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }));
}

const consumed = z.object({ CapacityUnits: z.number() });
const answerWithCapacity = z.object({ ConsumedCapacity: z.union([consumed, z.array(consumed)]) });

/** The capacity units of all tables that the answer reports; undefined when it reports none. */
export function readCapacity(call: TappedCall, answer: Buffer): number | undefined {
  if (call.service !== 'dynamodb') return undefined;
  const parsed = answerWithCapacity.safeParse(parseObject(answer));
  if (!parsed.success) return undefined;
  const { ConsumedCapacity } = parsed.data;
  const tables = Array.isArray(ConsumedCapacity) ? ConsumedCapacity : [ConsumedCapacity];
  return tables.reduce((sum, table) => sum + table.CapacityUnits, 0);
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
