import { randomBytes } from 'node:crypto';
import type { Clock, LambdaInvoker } from '../contracts.ts';
import type { DisconnectFaults } from './disconnect-faults.ts';

/** The account in which everything on a laptop lives; only ARNs and events show it. */
export const localAccount = { accountId: '000000000000', region: 'us-east-1' } as const;

/**
 * The quotas that API Gateway applies at run time.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
export interface GatewayLimits {
  readonly idleTimeoutMs: number;
  readonly connectionMaxAgeMs: number;
  readonly frameMaxBytes: number;
  readonly messageMaxBytes: number;
  readonly httpBodyMaxBytes: number;
  /** Caps the timeout of every integration. */
  readonly integrationTimeoutMs: number;
  /** Not documented by AWS, which only says that a post may find the client's buffer full. */
  readonly sendBufferMaxBytes: number;
  /** The share of $disconnect events that are lost from the start: on AWS delivery is best effort. */
  readonly dropDisconnectRate: number;
  /** How often idle and old connections are looked for. */
  readonly sweepIntervalMs: number;
  /** How long close() waits for clients and for functions that still run. */
  readonly closeGraceMs: number;
}

export const defaultGatewayLimits: GatewayLimits = {
  idleTimeoutMs: 10 * 60_000,
  connectionMaxAgeMs: 2 * 3_600_000,
  frameMaxBytes: 32 * 1024,
  messageMaxBytes: 128 * 1024,
  httpBodyMaxBytes: 10 * 1024 * 1024,
  integrationTimeoutMs: 30_000,
  sendBufferMaxBytes: 1024 * 1024,
  dropDisconnectRate: 0,
  sweepIntervalMs: 1_000,
  closeGraceMs: 3_000,
};

export interface GatewayIds {
  connectionId(): string;
  requestId(): string;
}

/** 88 random bits in AWS's look, `SOqGjdZioAMCEeg=`: wide enough never to be handed out twice. */
export function awsLookingId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

/** One line as an access log of API Gateway has it: never a query string, a header or a body, which may hold secrets. */
export interface AccessLogEntry {
  readonly api: 'http' | 'websocket' | 'management';
  readonly requestId: string;
  readonly requestTimeEpoch: number;
  readonly sourceIp: string;
  readonly routeKey?: string | undefined;
  readonly httpMethod?: string | undefined;
  readonly path?: string | undefined;
  readonly eventType?: 'CONNECT' | 'MESSAGE' | 'DISCONNECT' | undefined;
  readonly connectionId?: string | undefined;
  readonly status: number;
  readonly responseLatencyMs: number;
  /** The name of what the function threw, or what else stopped the integration. */
  readonly integrationError?: string | undefined;
}

/** What every part of the gateway works with. */
export interface GatewayRuntime {
  readonly invoker: LambdaInvoker;
  readonly clock: Clock;
  readonly disconnectFaults: DisconnectFaults;
  readonly ids: GatewayIds;
  readonly limits: GatewayLimits;
  readonly accessLog: (entry: AccessLogEntry) => void;
  /** Keeps account of work that nobody awaits, so that close() can; a rejection ends here. */
  readonly inBackground: (work: Promise<unknown>) => void;
}
