import { Worker } from 'node:worker_threads';
import type { EnvironmentData, EnvironmentMessage, Invocation, RuntimeError } from './messages.ts';
import { sandboxErrors } from './runtime-error.ts';

export type Outcome =
  /** `payload` is JSON text. */
  { readonly ok: true; readonly payload: string } | ({ readonly ok: false } & RuntimeError);

export interface EnvironmentOptions {
  readonly data: Omit<EnvironmentData, 'signal'>;
  readonly variables: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly initTimeoutMs: number;
  /** Names the initialisation in messages, as a request id does an invocation. */
  readonly initId: string;
  readonly onLine: (requestId: string | undefined, line: string) => void;
}

interface Pending {
  readonly requestId: string;
  readonly timer: NodeJS.Timeout;
  readonly settle: (outcome: Outcome) => void;
}

/** V8 cannot start the SDK in less; a smaller function is told its real size all the same. */
const heapMinMb = 128;
/**
 * With V8's default (48 MB) one collection can promote more than the headroom that Node leaves a thread which is out
 * of memory; V8 then aborts the whole process instead of ending the thread. Bounded, only the thread ends.
 */
const youngGenerationMb = 16;

/**
 * One execution environment: a worker thread with its own globals and variables that runs one invocation at a time
 * and is frozen in between. It keeps the process alive only while something is waiting for it.
 */
export class Environment {
  /** Settles once the handler is loaded, or failed to. */
  readonly started: Promise<Outcome>;
  readonly #worker: Worker;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #exited: Promise<void>;
  #pending: Pending | undefined;
  /** Why the thread ends, if that is known before its exit code. */
  #lastWords: RuntimeError | undefined;
  #alive = true;

  constructor(options: EnvironmentOptions) {
    const data: EnvironmentData = { ...options.data, signal: this.#signal.buffer };
    this.#worker = new Worker(new URL('./worker-entry.mjs', import.meta.url), {
      workerData: data,
      env: { ...options.variables },
      execArgv: [],
      // Output comes as messages; piping it as well would add listeners to this process's own streams.
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(heapMinMb, options.memoryMb),
        maxYoungGenerationSizeMb: youngGenerationMb,
      },
    });
    this.#worker.on('message', (message: EnvironmentMessage) => this.#receive(message, options.onLine));
    this.#worker.on('error', (error) => this.#crashed(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#ended(code);
        resolve();
      });
    });
    this.started = this.#expect(options.initId, options.initTimeoutMs);
  }

  /** False as soon as the thread has ended; then it takes no further invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs one invocation. Precondition: the environment is started, alive and has none in flight. */
  invoke(invocation: Invocation): Promise<Outcome> {
    const outcome = this.#expect(invocation.requestId, invocation.timeoutMs);
    this.#worker.ref();
    this.#worker.postMessage(invocation);
    Atomics.add(this.#signal, 0, 1);
    Atomics.notify(this.#signal, 0);
    return outcome;
  }

  /** Ends the thread wherever it is; an invocation in flight ends as Runtime.ExitError. */
  async kill(): Promise<void> {
    if (this.#pending !== undefined) this.#lastWords ??= sandboxErrors.killed(this.#pending.requestId);
    await this.#worker.terminate();
    await this.#exited;
  }

  #expect(requestId: string, timeoutMs: number): Promise<Outcome> {
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.#lastWords ??= sandboxErrors.timedOut(requestId, timeoutMs);
        void this.#worker.terminate();
      }, timeoutMs);
      this.#pending = { requestId, timer, settle };
    });
  }

  #receive(message: EnvironmentMessage, onLine: EnvironmentOptions['onLine']): void {
    switch (message.kind) {
      case 'log':
        onLine(message.requestId, message.line);
        break;
      case 'ready':
        this.#settle({ ok: true, payload: 'null' });
        break;
      case 'response':
        this.#settle({ ok: true, payload: message.payload });
        break;
      case 'error':
        this.#settle({ ok: false, errorType: message.errorType, errorMessage: message.errorMessage });
        break;
      case 'fatal':
        this.#lastWords ??= { errorType: message.errorType, errorMessage: message.errorMessage };
    }
  }

  /** The bootstrap catches what the function throws; what arrives here took the whole thread down. */
  #crashed(error: unknown): void {
    const requestId = this.#pending?.requestId ?? '';
    const outOfMemory =
      error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#lastWords ??= outOfMemory
      ? sandboxErrors.outOfMemory(requestId)
      : { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${String(error)}` };
  }

  #ended(exitCode: number): void {
    this.#alive = false;
    if (this.#pending === undefined) return;
    const reason = this.#lastWords ?? sandboxErrors.exited(this.#pending.requestId, exitCode);
    this.#settle({ ok: false, ...reason });
  }

  #settle(outcome: Outcome): void {
    const pending = this.#pending;
    // A response that crosses with the time-out comes too late: the thread is already being ended.
    if (pending === undefined || (this.#alive && this.#lastWords !== undefined)) return;
    this.#pending = undefined;
    clearTimeout(pending.timer);
    this.#worker.unref();
    pending.settle(outcome);
  }
}
