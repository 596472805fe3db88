import type { IncomingMessage } from 'node:http';
import { callIntegration, type IntegrationOutcome, integrationError } from './integration.ts';
import type { GatewayRuntime } from './runtime.ts';
import type { AuthorizerContext, ConnectionFacts, EventStamp } from './websocket-event.ts';
import { authorizerEvent, connectArn } from './websocket-event.ts';
import type { WebSocketRoute } from './websocket-route.ts';

export type Authorization =
  | { readonly kind: 'allowed'; readonly context: AuthorizerContext }
  | {
      readonly kind: 'refused';
      readonly status: 401 | 403 | 500;
      readonly message: string;
      readonly error?: string | undefined;
    };

type AuthorizerDefinition = NonNullable<WebSocketRoute['authorizer']>;

const maxAuthorizerTimeoutMs = 29_000;
const unauthorized = { kind: 'refused', status: 401, message: 'Unauthorized' } as const;
const misconfigured = { kind: 'refused', status: 500, message: 'Internal server error' } as const;

/**
 * Asks the REQUEST authorizer of $connect. Without its identity sources the function is not even called: 401.
 * A policy that allows yields the context for all later events; one that does not is 403; a thrown `Unauthorized`
 * is 401; everything else that goes wrong is 500.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export async function authorize(
  runtime: GatewayRuntime,
  { functionName, identitySources }: AuthorizerDefinition,
  facts: ConnectionFacts,
  stamp: EventStamp,
  request: IncomingMessage,
): Promise<Authorization> {
  const event = authorizerEvent(facts, stamp, request);
  if (!identitySources.every((source) => hasIdentity(source, event))) return unauthorized;
  const startedAt = runtime.clock.now();
  const integration = { functionName, integrationTimeoutMs: maxAuthorizerTimeoutMs };
  const outcome = await callIntegration(runtime, integration, event);
  const authorization = judge(outcome, connectArn(facts));
  if (authorization.kind === 'refused') return { ...authorization, error: integrationError(outcome) };
  const integrationLatency = runtime.clock.now() - startedAt;
  return { kind: 'allowed', context: { ...authorization.context, integrationLatency } };
}

/** Throws when a route names an identity source that this gateway does not know. */
export function checkIdentitySources(routes: readonly WebSocketRoute[]): void {
  for (const source of routes.flatMap((route) => route.authorizer?.identitySources ?? []))
    if (!identitySource.test(source))
      throw new Error(`identity source "${source}" is neither a query string parameter nor a header`);
}

const identitySource = /^route\.request\.(querystring|header)\.([\w-]+)$/;

function hasIdentity(source: string, event: ReturnType<typeof authorizerEvent>): boolean {
  const [, place, name = ''] = identitySource.exec(source) ?? [];
  if (place === 'querystring') return Boolean(event.queryStringParameters[name]);
  return Object.entries(event.headers).some(
    ([header, value]) => header.toLowerCase() === name.toLowerCase() && value !== '',
  );
}

function judge(outcome: IntegrationOutcome, methodArn: string): Authorization {
  if (outcome.kind === 'failed' && outcome.errorMessage === 'Unauthorized') return unauthorized;
  if (outcome.kind !== 'returned' || !isRecord(outcome.payload)) return misconfigured;
  const { principalId, policyDocument, context = {} } = outcome.payload;
  if (typeof principalId !== 'string' || !isRecord(policyDocument)) return misconfigured;
  if (!isRecord(context) || !Object.values(context).every(isScalar)) return misconfigured;
  if (!allows(policyDocument.Statement, methodArn))
    return { kind: 'refused', status: 403, message: 'User is not authorized to access this resource' };
  const values = Object.entries(context).map(([name, value]) => [name, String(value)]);
  return { kind: 'allowed', context: { ...Object.fromEntries(values), principalId } };
}

/** An explicit Deny beats every Allow, and what no statement names is denied. */
function allows(statement: unknown, methodArn: string): boolean {
  const statements = asArray(statement).filter(isRecord);
  const applying = statements.filter(
    ({ Action, Resource }) =>
      asArray(Action).some((pattern) => matches(pattern, 'execute-api:Invoke')) &&
      asArray(Resource).some((pattern) => matches(pattern, methodArn)),
  );
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow');
}

/** `*` and `?` as in an IAM policy. */
function matches(pattern: unknown, value: string): boolean {
  if (typeof pattern !== 'string') return false;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(value);
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
