import type { FunctionDefinition, InvokeResult, LogLine } from '../contracts.ts';
import { Environment, type Outcome } from './environment.ts';
import type { Invocation } from './messages.ts';
import { environmentVariables, functionArn, type Place } from './variables.ts';

/** What the runner itself knows of one invocation. Times are in milliseconds. */
export interface InvocationRecord {
  readonly functionName: string;
  readonly requestId: string;
  readonly outcome: 'ok' | 'error';
  readonly errorType: string | undefined;
  /** In the handler, as AWS bills it; without waiting and without the cold start. */
  readonly durationMs: number;
  /** From the call until an environment took it; includes the cold start that it waited for. */
  readonly waitedMs: number;
  readonly coldStart: boolean;
  /** How long the environment took to load the code; on its first invocation only. */
  readonly initMs: number | undefined;
}

export interface PoolStats {
  readonly functionName: string;
  readonly starting: number;
  readonly busy: number;
  readonly idle: number;
  readonly queued: number;
}

export interface PoolOptions {
  readonly place: Place;
  readonly baseEnvironment: Readonly<Record<string, string>>;
  readonly maxConcurrency: number;
  readonly idleEnvironmentMs: number;
  readonly newId: () => string;
  readonly onLog: (line: LogLine) => void;
  readonly onInvocation: (record: InvocationRecord) => void;
}

/** Lambda's limit of the init phase; a function with a longer timeout gets that. */
const initTimeoutMinMs = 10_000;

interface Waiting {
  readonly requestId: string;
  readonly event: string;
  readonly since: number;
  readonly resolve: (result: InvokeResult) => void;
  readonly reject: (error: Error) => void;
}

interface Slot {
  readonly environment: Environment;
  readonly generation: number;
  state: 'starting' | 'idle' | 'busy';
  /** Set until the first invocation. */
  initMs: number | undefined;
  idleSince: number;
}

/** The execution environments of one function, and the invocations that wait for one, first come, first served. */
export class FunctionPool {
  #definition: FunctionDefinition;
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #ending = new Set<Promise<void>>();
  readonly #queue: Waiting[] = [];
  #generation = 0;
  #closed = false;
  #retirement: NodeJS.Timeout | undefined;

  constructor(definition: FunctionDefinition, options: PoolOptions) {
    this.#definition = definition;
    this.#options = options;
  }

  get codeDir(): string {
    return this.#definition.codeDir;
  }

  /** `event` is JSON text. */
  invoke(requestId: string, event: string): Promise<InvokeResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ requestId, event, since: performance.now(), resolve, reject });
      this.#pump();
    });
  }

  /** Environments of the old code finish what they run; whatever starts from now on gets the new definition. */
  replace(definition = this.#definition): void {
    this.#definition = definition;
    this.#generation += 1;
    for (const slot of this.#inState('idle')) this.#retire(slot);
    this.#pump();
  }

  /** Ends the busy environments at once, as a crash of the sandbox would; answers how many. */
  async killBusy(): Promise<number> {
    const busy = this.#inState('busy');
    await Promise.all(busy.map((slot) => slot.environment.kill()));
    return busy.length;
  }

  stats(): PoolStats {
    const count = (state: Slot['state']): number => this.#inState(state).length;
    return {
      functionName: this.#definition.name,
      starting: count('starting'),
      busy: count('busy'),
      idle: count('idle'),
      queued: this.#queue.length,
    };
  }

  /** Rejects what waits or runs, and ends every environment. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retirement);
    for (const waiting of this.#queue.splice(0)) waiting.reject(closedError());
    await Promise.all([...this.#slots].map((slot) => slot.environment.kill()));
    await Promise.all(this.#ending);
  }

  #pump(): void {
    if (this.#closed) return;
    while (this.#queue.length > 0) {
      // The one that was used last: the others then stay idle long enough to be retired.
      const idle = this.#inState('idle').sort((a, b) => b.idleSince - a.idleSince)[0];
      if (idle === undefined) break;
      const waiting = this.#queue.shift();
      if (waiting !== undefined) void this.#run(idle, waiting);
    }
    let starting = this.#inState('starting').length;
    const limit = Math.min(
      this.#definition.reservedConcurrency ?? this.#options.maxConcurrency,
      this.#options.maxConcurrency,
    );
    for (; starting < this.#queue.length && this.#slots.size < limit; starting += 1) void this.#start();
  }

  async #start(): Promise<void> {
    const startedAt = performance.now();
    const slot = this.#newSlot();
    this.#slots.add(slot);
    const outcome = await slot.environment.started;
    if (this.#closed) return;
    slot.initMs = performance.now() - startedAt;
    if (outcome.ok) this.#release(slot);
    else {
      this.#slots.delete(slot);
      const waiting = this.#queue.shift();
      if (waiting !== undefined) this.#finish(waiting, outcome, { slot, startedAt: performance.now() });
      this.#pump();
    }
  }

  #newSlot(): Slot {
    const { place, baseEnvironment, newId, onLog } = this.#options;
    const { name, codeDir, handler, memoryMb, timeoutMs } = this.#definition;
    const environment = new Environment({
      data: { codeDir, handler, functionArn: functionArn(place, name) },
      variables: environmentVariables(this.#definition, place, baseEnvironment, `[$LATEST]${newId()}`),
      memoryMb,
      initTimeoutMs: Math.max(initTimeoutMinMs, timeoutMs),
      initId: this.#queue[0]?.requestId ?? newId(),
      onLine: (requestId, line) => onLog({ functionName: name, requestId, line }),
    });
    return { environment, generation: this.#generation, state: 'starting', initMs: undefined, idleSince: 0 };
  }

  async #run(slot: Slot, waiting: Waiting): Promise<void> {
    slot.state = 'busy';
    const startedAt = performance.now();
    const { requestId, event } = waiting;
    const invocation: Invocation = { requestId, event, timeoutMs: this.#definition.timeoutMs };
    const outcome = await slot.environment.invoke(invocation);
    this.#finish(waiting, outcome, { slot, startedAt });
    slot.initMs = undefined;
    this.#release(slot);
  }

  #finish(waiting: Waiting, outcome: Outcome, { slot, startedAt }: { slot: Slot; startedAt: number }): void {
    const { requestId } = waiting;
    if (this.#closed) {
      waiting.reject(closedError());
      return;
    }
    const result = toResult(requestId, outcome);
    waiting.resolve(result);
    this.#options.onInvocation({
      functionName: this.#definition.name,
      requestId,
      outcome: result.ok ? 'ok' : 'error',
      errorType: result.ok ? undefined : result.errorType,
      durationMs: performance.now() - startedAt,
      waitedMs: startedAt - waiting.since,
      coldStart: slot.initMs !== undefined,
      initMs: slot.initMs,
    });
  }

  #release(slot: Slot): void {
    if (this.#closed) return;
    if (!slot.environment.alive) this.#slots.delete(slot);
    else if (slot.generation !== this.#generation) this.#retire(slot);
    else {
      slot.state = 'idle';
      slot.idleSince = performance.now();
    }
    this.#pump();
    this.#scheduleRetirement();
  }

  #retire(slot: Slot): void {
    this.#slots.delete(slot);
    const ending = slot.environment.kill().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** One environment is kept warm; those that a burst started besides it end when they were idle long enough. */
  #scheduleRetirement(): void {
    if (this.#retirement !== undefined || this.#slots.size < 2 || this.#closed) return;
    this.#retirement = setTimeout(() => {
      this.#retirement = undefined;
      const longIdle = performance.now() - this.#options.idleEnvironmentMs;
      const extras = this.#inState('idle').filter((slot) => slot.idleSince <= longIdle);
      for (const slot of extras.slice(0, this.#slots.size - 1)) this.#retire(slot);
      this.#scheduleRetirement();
    }, this.#options.idleEnvironmentMs).unref();
  }

  #inState(state: Slot['state']): Slot[] {
    return [...this.#slots].filter((slot) => slot.state === state);
  }
}

export function closedError(): Error {
  return new Error('The Lambda runner is closed');
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB each way. */
export const payloadMaxBytes = 6_291_556;

function toResult(requestId: string, outcome: Outcome): InvokeResult {
  if (!outcome.ok) return { ...outcome, requestId };
  if (Buffer.byteLength(outcome.payload) > payloadMaxBytes)
    return {
      ok: false,
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${payloadMaxBytes} bytes).`,
      requestId,
    };
  const payload: unknown = JSON.parse(outcome.payload);
  return { ok: true, payload, requestId };
}
