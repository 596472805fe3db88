/** What Lambda and API Gateway hand to a function: an environment, events, a context. And somebody who may call it. */
import {
  type ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSEvent,
  SQSRecord,
} from 'aws-lambda';
import type { AwsClientStub } from 'aws-sdk-client-mock';
import { vi } from 'vitest';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { SocketEvent } from '../../functions/lib/ws.ts';
import { type Identity, signAccessToken } from '../../shared/auth/access-token.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { dynamoPublicKeyStore } from '../../shared/auth/dynamo-public-key-store.ts';
import { newSession } from '../../shared/auth/session.ts';
import { deriveSigningKeys, signingEpoch } from '../../shared/auth/signing-keys.ts';
import { systemClock } from '../../shared/clock.ts';
import { randomIds } from '../../shared/ids.ts';
import { anAccepted, aProfile, instantBackoff } from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';
import { functionVariables } from './function-variables.ts';

export const signingSecret = 'signing secret of the tests, 64 characters long, as if generated';
export const issuer = 'https://chat.example.org';

/** The keys that sign tokens at this time. */
export const signingKeysAt = (ms: number) => deriveSigningKeys(signingSecret, signingEpoch(ms));

/**
 * The environment of every function, before it is imported; with a database its tables are real.
 * Logs are silent unless `LOG_LEVEL` is given.
 */
export function stubEnvironment(database?: TestDatabase, more: Record<string, string> = {}): void {
  const variables = {
    ...functionVariables(database?.tables),
    TOKEN_ISSUER: issuer,
    ...(database && { AWS_ENDPOINT_URL_DYNAMODB: database.endpoint }),
    ...more,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

export function aContext(awsRequestId = 'request-1'): Context {
  return {
    awsRequestId,
    functionName: 'function-under-test',
    callbackWaitsForEmptyEventLoop: false,
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:function-under-test',
    memoryLimitInMB: '256',
    logGroupName: 'group',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => 10_000,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

export interface HttpCall {
  readonly token?: string | undefined;
  readonly authorization?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: string;
  readonly isBase64Encoded?: boolean;
  readonly query?: Record<string, string>;
  readonly path?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

export function anHttpEvent(routeKey: string, call: HttpCall = {}): APIGatewayProxyEventV2 {
  const [method = '', path = ''] = routeKey.split(' ');
  const authorization = call.authorization ?? (call.token === undefined ? undefined : `Bearer ${call.token}`);
  const body = call.rawBody ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { ...(authorization !== undefined && { authorization }), ...call.headers },
    ...(call.query && { queryStringParameters: call.query }),
    ...(call.path && { pathParameters: call.path }),
    ...(body !== undefined && { body }),
    isBase64Encoded: call.isBase64Encoded ?? false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'chat.example.org',
      domainPrefix: 'chat',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'test' },
      requestId: 'api-request',
      routeKey,
      stage: '$default',
      time: '01/Mar/2026:12:00:00 +0000',
      timeEpoch: systemClock.now(),
    },
  };
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, boolean | number | string>>;
  /** The parsed JSON. */
  readonly body: unknown;
  readonly text: string;
}

type HttpFunction = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Calls a route of a function as API Gateway does. */
export function httpCaller(handler: unknown) {
  return async (routeKey: string, call: HttpCall = {}): Promise<Answer> => {
    const result = await (handler as HttpFunction)(anHttpEvent(routeKey, call), aContext());
    const text = result.body ?? '';
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: result.statusCode, headers: result.headers ?? {}, text, body };
  };
}

export interface FrameCall {
  readonly connectionId?: string;
  readonly routeKey?: string;
  /** What the authorizer left in the context; null where there was none. */
  readonly identity?: Identity | null;
  readonly ticket?: string;
  /** The Origin header of the handshake. */
  readonly origin?: string;
}

export function aSocketEvent(body: string | undefined, call: FrameCall = {}): SocketEvent {
  const { identity, ticket, origin } = call;
  return {
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
    ...(ticket !== undefined && { queryStringParameters: { ticket } }),
    ...(origin !== undefined && { headers: { Origin: origin } }),
    requestContext: {
      routeKey: call.routeKey ?? '$default',
      messageId: 'message',
      eventType: 'MESSAGE',
      extendedRequestId: 'extended',
      requestTime: '01/Mar/2026:12:00:00 +0000',
      messageDirection: 'IN',
      stage: 'live',
      connectedAt: systemClock.now(),
      requestTimeEpoch: systemClock.now(),
      requestId: 'api-request',
      domainName: 'socket.example.org',
      connectionId: call.connectionId ?? 'L0SM9cOFvHcCIhw=',
      apiId: 'api',
      ...(identity && { authorizer: { user_id: identity.userId, session_id: identity.sessionId } }),
    },
  };
}

/** What was pushed to whom, in the order of the calls. */
export function pushedFrames(
  gateway: AwsClientStub<ApiGatewayManagementApiClient>,
): [connectionId: string, frame: unknown][] {
  return gateway.commandCalls(PostToConnectionCommand).map(({ args: [{ input }] }) => {
    // Our adapter hands over text; anything else would not parse.
    return [input.ConnectionId ?? '', JSON.parse(typeof input.Data === 'string' ? input.Data : '')];
  });
}

export function aQueueRecord(message: Partial<MessageAccepted>, receiveCount = 1, body?: string): SQSRecord {
  const accepted = anAccepted(message);
  return {
    messageId: `queue-${accepted.client_msg_id}`,
    receiptHandle: `receipt-${accepted.client_msg_id}`,
    body: body ?? JSON.stringify(accepted),
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
      MessageGroupId: accepted.convo_id,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:queue.fifo',
    awsRegion: 'eu-central-1',
  };
}

export function aQueueEvent(...records: SQSRecord[]): SQSEvent {
  return { Records: records };
}

export interface SignedIn extends Identity {
  readonly token: string;
  readonly handle: string;
}

/** Somebody with an account, a live session and an access token, straight in the tables. */
export async function signUp({ client, tables }: TestDatabase, handle: string): Promise<SignedIn> {
  const keys = await signingKeysAt(systemClock.now());
  const publicKeys = dynamoPublicKeyStore(client, tables.authTable, systemClock);
  await publicKeys.publish(keys.kid, keys.publicJwk, keys.expiresAt);
  const identity = { userId: randomIds.user(), sessionId: randomIds.session() };
  const outcome = await dynamoAccountStore(client, tables, instantBackoff()).create({
    profile: aProfile(handle, { userId: identity.userId }),
    passwordHash: 'nobody signs in with this',
    session: newSession(identity, randomIds.secret(), systemClock.now()),
  });
  if (outcome !== 'created') throw new Error(`${handle}: ${outcome}`);
  const token = await signAccessToken(identity, { keys, issuer, clock: systemClock });
  return { ...identity, token, handle };
}
