import { randomUUID } from 'node:crypto';
import type { FunctionDefinition, InvokeResult, LambdaInvoker, LogLine } from '../contracts.ts';
import {
  closedError,
  FunctionPool,
  type InvocationRecord,
  type PoolStats,
  payloadMaxBytes,
} from './function-pool.ts';

export type { InvocationRecord, PoolStats } from './function-pool.ts';

export interface LambdaRunnerOptions {
  /** Given to every function below its own variables: endpoints, credentials, AWS_REGION. */
  readonly baseEnvironment: Readonly<Record<string, string>>;
  /** Each line that a function prints, at once and in order. */
  readonly onLog: (line: LogLine) => void;
  readonly onInvocation?: (record: InvocationRecord) => void;
  /** How many environments of one function may run at once, 4 unless told; beyond that invocations wait in order. */
  readonly maxConcurrencyPerFunction?: number;
  /** After how long an idle environment beside the first is ended; a minute unless told. */
  readonly idleEnvironmentMs?: number;
  readonly accountId?: string;
  readonly newRequestId?: () => string;
}

export interface LambdaRunner extends LambdaInvoker {
  /** Adds a function, or replaces the one of that name as `reload` does. */
  define(definition: FunctionDefinition): void;
  /**
   * The code changed: the functions of this folder, or all, run it from their next invocation on.
   * What is in flight ends with the old code.
   */
  reload(codeDir?: string): void;
  /** Fault hook: crashes the environments that are busy now; their invocations end as Runtime.ExitError. */
  killEnvironments(functionName: string): Promise<number>;
  stats(): PoolStats[];
  /** Ends every environment; what waits or runs is rejected. */
  close(): Promise<void>;
}

/** Lambda on a laptop: each function in worker threads of its own, started on demand and frozen between invocations. */
export function createLambdaRunner(options: LambdaRunnerOptions): LambdaRunner {
  const newId = options.newRequestId ?? randomUUID;
  const pools = new Map<string, FunctionPool>();
  const poolOptions = {
    place: {
      region: options.baseEnvironment.AWS_REGION ?? 'us-east-1',
      accountId: options.accountId ?? '000000000000',
    },
    baseEnvironment: options.baseEnvironment,
    maxConcurrency: options.maxConcurrencyPerFunction ?? 4,
    idleEnvironmentMs: options.idleEnvironmentMs ?? 60_000,
    newId,
    onLog: options.onLog,
    onInvocation: options.onInvocation ?? (() => {}),
  };
  let closed = false;

  const poolOf = (functionName: string): FunctionPool => {
    const pool = pools.get(functionName);
    if (pool === undefined) throw new Error(`Function not found: ${functionName}`);
    return pool;
  };

  return {
    define: (definition) => {
      const pool = pools.get(definition.name);
      if (pool === undefined) pools.set(definition.name, new FunctionPool(definition, poolOptions));
      else pool.replace(definition);
    },
    invoke: async (functionName, event): Promise<InvokeResult> => {
      if (closed) throw closedError();
      const pool = poolOf(functionName);
      const requestId = newId();
      const payload = JSON.stringify(event) ?? 'null';
      return Buffer.byteLength(payload) > payloadMaxBytes
        ? requestTooLarge(requestId, payload)
        : pool.invoke(requestId, payload);
    },
    reload: (codeDir) => {
      for (const pool of pools.values())
        if (codeDir === undefined || pool.codeDir === codeDir) pool.replace();
    },
    killEnvironments: (functionName) => poolOf(functionName).killBusy(),
    stats: () => [...pools.values()].map((pool) => pool.stats()),
    close: async () => {
      closed = true;
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function requestTooLarge(requestId: string, payload: string): InvokeResult {
  return {
    ok: false,
    errorType: 'RequestEntityTooLargeException',
    errorMessage: `${Buffer.byteLength(payload)} byte payload is too large for the Invoke operation (limit ${payloadMaxBytes} bytes)`,
    requestId,
  };
}
