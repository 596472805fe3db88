import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';
import { assumedDurationMs, prices, webSocketStepBytes } from './prices.ts';

/** What was seen while `messages` messages went their way. */
export interface Observation {
  readonly name: string;
  readonly members: number;
  readonly messages: number;
  readonly framesIn: number;
  readonly calls: readonly CallRecord[];
  readonly invocations: readonly Invocation[];
  /** What the functions printed. */
  readonly logBytes: number;
}

export interface Invocation {
  readonly functionName: string;
  readonly durationMs: number;
  readonly memoryMb: number;
}

/** Per message. */
export interface MessageCost {
  readonly name: string;
  readonly members: number;
  readonly messages: number;
  /** `dynamodb TransactWriteItems` → how many. Measured. */
  readonly calls: Readonly<Record<string, number>>;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly invocations: number;
  readonly gbSecondsMeasured: number;
  readonly gbSecondsAssumed: number;
  readonly sqsRequests: number;
  readonly logBytes: number;
  /** Of a million messages, by line; `total` with them. */
  readonly dollarsPerMillion: Readonly<Record<string, number>>;
}

const processor = 'consumers-process-messages';
const largeAudience = 20;

/** The bill of one message. Idle costs, storage, egress, connection minutes and access logs are not in it. */
export function costOf(observation: Observation): MessageCost {
  const { name, members, messages, framesIn, calls, invocations, logBytes } = observation;
  const per = (total: number) => total / messages;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const perMessage = {
    framesIn: per(framesIn),
    framesOut: per(sum(calls.map(framesOutOf))),
    writeUnits: per(sum(calls.map(writeUnitsOf))),
    readUnits: per(sum(calls.map(readUnitsOf))),
    invocations: per(invocations.length),
    gbSecondsMeasured: per(sum(invocations.map((one) => gbSeconds(one, one.durationMs)))),
    gbSecondsAssumed: per(sum(invocations.map((one) => gbSeconds(one, assumedMs(one, members))))),
    sqsRequests: per(sqsRequestsOf(calls, invocations)),
    logBytes: per(logBytes),
  };
  return {
    name,
    members,
    messages,
    calls: countCalls(calls, messages),
    ...perMessage,
    dollarsPerMillion: dollars(perMessage),
  };
}

type PerMessage = Omit<MessageCost, 'name' | 'members' | 'messages' | 'calls' | 'dollarsPerMillion'>;

function dollars(one: PerMessage): Record<string, number> {
  const lines = {
    'WebSocket in': one.framesIn * prices.webSocketMessage,
    'WebSocket out': one.framesOut * prices.webSocketMessage,
    'Lambda requests': one.invocations * prices.lambdaRequest,
    'Lambda time (assumed)': one.gbSecondsAssumed * prices.lambdaGbSecond,
    SQS: one.sqsRequests * prices.sqsFifoRequest,
    'DynamoDB writes': one.writeUnits * prices.dynamoWriteUnit,
    'DynamoDB reads': one.readUnits * prices.dynamoReadUnit,
    'function logs': (one.logBytes / 1e9) * prices.logGigabyte,
  };
  const perMillion = Object.entries(lines).map(([line, value]) => [line, value * 1e6] as const);
  const total = perMillion.reduce((sum, [, value]) => sum + value, 0);
  return { ...Object.fromEntries(perMillion), total };
}

/** Metered per 32 KB begun; a post that reached nobody is not metered. */
export function framesOutOf({ operation, status, requestBytes }: CallRecord): number {
  const isPush = operation === 'PostToConnection' && status === 200;
  return isPush ? Math.max(1, Math.ceil(requestBytes / webSocketStepBytes)) : 0;
}

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

/**
 * A write whose condition fails costs as much as one that succeeds, and reports nothing: a unit for the small items here.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
 */
export function writeUnitsOf({ service, operation, capacityUnits, status }: CallRecord): number {
  if (service !== 'dynamodb' || !writes.has(operation)) return 0;
  return capacityUnits ?? (status === 400 ? 1 : 0);
}

export function readUnitsOf({ service, operation, capacityUnits = 0 }: CallRecord): number {
  return service === 'dynamodb' && !writes.has(operation) ? capacityUnits : 0;
}

/** The calls of the functions are measured; each batch is one receive and one delete of the event source besides. */
function sqsRequestsOf(calls: readonly CallRecord[], invocations: readonly Invocation[]): number {
  const own = calls.filter(({ service }) => service === 'sqs').length;
  const batches = invocations.filter(({ functionName }) => functionName === processor).length;
  return own + 2 * batches;
}

export function gbSeconds({ memoryMb }: Invocation, durationMs: number): number {
  // Billed per millisecond begun.
  return (memoryMb / 1024) * (Math.ceil(durationMs) / 1_000);
}

function assumedMs({ functionName, durationMs }: Invocation, members: number): number {
  if (functionName === 'ws-send-message') return assumedDurationMs['ws-send-message'];
  if (functionName !== processor) return durationMs;
  const { small, large } = assumedDurationMs[processor];
  return members > largeAudience ? large : small;
}

export function countCalls(calls: readonly CallRecord[], messages: number): Record<string, number> {
  const groups = Map.groupBy(calls, ({ service, operation }) => `${service} ${operation}`);
  return Object.fromEntries([...groups].map(([key, group]) => [key, group.length / messages]));
}
