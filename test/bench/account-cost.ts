import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';
import { countCalls, gbSeconds, type Invocation, readUnitsOf, writeUnitsOf } from './cost.ts';
import { assumedAccountMs, prices } from './prices.ts';

/** What was seen while one kind of request was made `rounds` times, with all that followed from it. */
export interface AccountObservation {
  readonly name: string;
  readonly rounds: number;
  /** HTTP requests of a round. */
  readonly requests: number;
  /** Passwords that are hashed for a round. */
  readonly passwordHashes: number;
  readonly calls: readonly CallRecord[];
  readonly invocations: readonly Invocation[];
  readonly logBytes: number;
}

/** Per round. */
export interface AccountCost {
  readonly name: string;
  readonly rounds: number;
  /** `dynamodb TransactWriteItems` → how many. Measured, as everything that does not say otherwise. */
  readonly calls: Readonly<Record<string, number>>;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly invocations: number;
  readonly gbSecondsMeasured: number;
  readonly gbSecondsAssumed: number;
  readonly sqsRequests: number;
  readonly mails: number;
  readonly logBytes: number;
  /** Of a million rounds, by line; `total` with them. */
  readonly dollarsPerMillion: Readonly<Record<string, number>>;
}

const eventsConsumer = 'consumers-process-account-events';

/** The bill of one such request and of what follows from it; without the size of mails, storage, egress and access logs. */
export function accountCostOf(observation: AccountObservation): AccountCost {
  const { name, rounds, requests, calls, invocations } = observation;
  const per = (total: number) => total / rounds;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const perRound = {
    writeUnits: per(sum(calls.map(writeUnitsOf))),
    readUnits: per(sum(calls.map(readUnitsOf))),
    invocations: per(invocations.length),
    gbSecondsMeasured: per(sum(invocations.map((one) => gbSeconds(one, one.durationMs)))),
    gbSecondsAssumed: per(assumedGbSeconds(observation)),
    sqsRequests: per(sqsRequestsOf(observation)),
    mails: per(calls.filter(({ operation, status }) => operation === 'SendEmail' && status === 200).length),
    logBytes: per(observation.logBytes),
  };
  const dollarsPerMillion = dollars(perRound, requests);
  return { name, rounds, calls: countCalls(calls, rounds), ...perRound, dollarsPerMillion };
}

type PerRound = Omit<AccountCost, 'name' | 'rounds' | 'calls' | 'dollarsPerMillion'>;

function dollars(one: PerRound, requests: number): Record<string, number> {
  const lines = {
    'HTTP API': requests * prices.httpApiRequest,
    'Lambda requests': one.invocations * prices.lambdaRequest,
    'Lambda time (assumed)': one.gbSecondsAssumed * prices.lambdaGbSecond,
    SQS: one.sqsRequests * prices.sqsStandardRequest,
    'DynamoDB writes': one.writeUnits * prices.dynamoWriteUnit,
    'DynamoDB reads': one.readUnits * prices.dynamoReadUnit,
    'function logs': (one.logBytes / 1e9) * prices.logGigabyte,
    SES: one.mails * prices.sesMail,
  };
  const perMillion = Object.entries(lines).map(([line, value]) => [line, value * 1e6] as const);
  const total = perMillion.reduce((all, [, value]) => all + value, 0);
  return { ...Object.fromEntries(perMillion), total };
}

/** The calls of the functions are measured; each batch is one receive and one delete of the event source besides. */
function sqsRequestsOf({ calls, invocations }: AccountObservation): number {
  const own = calls.filter(({ service }) => service === 'sqs').length;
  const batches = invocations.filter(({ functionName }) => functionName === eventsConsumer).length;
  return own + 2 * batches;
}

/** Of all rounds: each function's calls one after the other, and the hashes with the one that makes them. */
export function assumedGbSeconds({
  calls,
  invocations,
  passwordHashes,
  rounds,
}: Pick<AccountObservation, 'calls' | 'invocations' | 'passwordHashes' | 'rounds'>): number {
  const byFunction = Map.groupBy(invocations, ({ functionName }) => functionName);
  return [...byFunction].reduce((sum, [functionName, ofFunction]) => {
    const [any] = ofFunction;
    if (!any) return sum;
    const own = calls.filter((call) => call.functionName === functionName);
    const waiting = own.reduce((ms, { operation }) => ms + assumedCallMs(operation), 0);
    const hashing =
      functionName === 'http-auth' ? passwordHashes * rounds * assumedAccountMs.passwordHash : 0;
    return sum + gbSeconds(any, waiting + hashing + ofFunction.length * assumedAccountMs.invocation);
  }, 0);
}

function assumedCallMs(operation: string): number {
  const known: Readonly<Record<string, number>> = assumedAccountMs;
  return known[operation] ?? assumedAccountMs.call;
}
