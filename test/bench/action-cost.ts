import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';
import { assumedGbSeconds } from './account-cost.ts';
import { countCalls, framesOutOf, type Invocation, readUnitsOf, writeUnitsOf } from './cost.ts';
import { prices } from './prices.ts';

/** What was seen while one kind of action was done `rounds` times, with all that followed from it. */
export interface ActionObservation {
  readonly name: string;
  readonly rounds: number;
  /** Of a round: frames of clients, and HTTP requests. */
  readonly framesIn: number;
  readonly requests: number;
  readonly calls: readonly CallRecord[];
  readonly invocations: readonly Invocation[];
  readonly logBytes: number;
}

/** Per round, all measured but `dollarsPerMillion`. */
export interface ActionCost {
  readonly name: string;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly framesOut: number;
  readonly invocations: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly dollarsPerMillion: number;
}

/** The bill of one such action and of what follows from it; without storage, egress, connection minutes and access logs. */
export function actionCostOf(observation: ActionObservation): ActionCost {
  const { name, rounds, framesIn, requests, calls, invocations, logBytes } = observation;
  const per = (total: number) => total / rounds;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const writeUnits = per(sum(calls.map(writeUnitsOf)));
  const readUnits = per(sum(calls.map(readUnitsOf)));
  const framesOut = per(sum(calls.map(framesOutOf)));
  const dollars =
    (framesIn + framesOut) * prices.webSocketMessage +
    requests * prices.httpApiRequest +
    per(invocations.length) * prices.lambdaRequest +
    per(assumedGbSeconds({ calls, invocations, passwordHashes: 0, rounds })) * prices.lambdaGbSecond +
    per(queueDollars(observation)) +
    writeUnits * prices.dynamoWriteUnit +
    readUnits * prices.dynamoReadUnit +
    (per(logBytes) / 1e9) * prices.logGigabyte;
  return {
    name,
    writeUnits,
    readUnits,
    framesOut,
    invocations: per(invocations.length),
    calls: countCalls(calls, rounds),
    dollarsPerMillion: dollars * 1e6,
  };
}

/** The calls of the functions are measured; each batch is one receive and one delete of the event source besides. */
function queueDollars({ calls, invocations }: ActionObservation): number {
  const own = calls.filter(({ service }) => service === 'sqs').length;
  const batches = (isFifo: boolean) =>
    invocations.filter(
      ({ functionName }) =>
        functionName.startsWith('consumers-') && (functionName === 'consumers-process-messages') === isFifo,
    ).length;
  // A send to a standard queue is counted as one to the FIFO queue, which is the dearer one.
  return (own + 2 * batches(true)) * prices.sqsFifoRequest + 2 * batches(false) * prices.sqsStandardRequest;
}
