import type { Clock, InvokeResult, LambdaInvoker, ScheduleDefinition } from '../contracts.ts';
import { scheduledEvent } from './scheduled-event.ts';

export interface SchedulesOptions {
  readonly lambda: LambdaInvoker;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly place: { readonly region: string; readonly accountId: string };
  /** Told of each invocation that failed, and of each firing that was left out. */
  readonly onProblem: (message: string, level: 'WARN' | 'ERROR') => void;
  /** How long to wait before the retry that follows `retries` others; one minute and two unless told, as Lambda. */
  readonly retryDelayMs?: (retries: number) => number;
}

/** The rules while they run. */
export interface Schedules {
  /**
   * Test hook: fires the rule of this function now, once and without retries. `target` is its name or the path of its entry:
   * `schedules-send-due` or `schedules/send-due`.
   * @throws Error when no rule has this target.
   */
  readonly run: (target: string) => Promise<InvokeResult>;
  /** Fires no more and retries no more; resolves when the invocations in flight have ended. */
  close(): Promise<void>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const retriesMax = 2;
const minuteMs = 60_000;
/** Runs of one target at once, those that wait for a retry among them; AWS queues more, a laptop leaves them out. */
const runsMax = 4;
/** The longest that a timer of Node.js can wait; beyond that it fires at once. */
const timerMaxMs = 2 ** 31 - 1;

/**
 * Fires each rule at its rate, first after one interval. A firing does not wait for the one before it, and what happens
 * to one target is no matter for another.
 */
export function startSchedules(
  definitions: readonly ScheduleDefinition[],
  options: SchedulesOptions,
): Schedules {
  const closing = new AbortController();
  const { signal } = closing;
  const rules = definitions.map((definition) => new RunningRule(definition, options, signal));
  for (const rule of rules) rule.start();
  return {
    run: async (target) => {
      const functionName = target.replaceAll('/', '-');
      const rule = rules.find((each) => each.feeds(functionName));
      if (rule === undefined) {
        const known = definitions.flatMap(({ targets }) => targets.map((each) => each.functionName));
        throw new Error(`No schedule runs ${target}; there are: ${known.join(', ') || 'none'}`);
      }
      return await rule.invokeOnce(functionName);
    },
    close: async () => {
      closing.abort();
      await Promise.all(rules.map((rule) => rule.ended()));
    },
  };
}

type Target = ScheduleDefinition['targets'][number];

class RunningRule {
  readonly #definition: ScheduleDefinition;
  readonly #options: SchedulesOptions;
  readonly #signal: AbortSignal;
  readonly #running = new Map<Target, Set<Promise<void>>>();
  #timer: NodeJS.Timeout | undefined;
  #nextAtMs = 0;

  constructor(definition: ScheduleDefinition, options: SchedulesOptions, signal: AbortSignal) {
    this.#definition = definition;
    this.#options = options;
    this.#signal = signal;
    for (const target of definition.targets) this.#running.set(target, new Set());
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  start(): void {
    this.#nextAtMs = this.#options.clock.now() + this.#definition.everyMs;
    this.#arm();
  }

  feeds(functionName: string): boolean {
    return this.#definition.targets.some((target) => target.functionName === functionName);
  }

  async invokeOnce(functionName: string): Promise<InvokeResult> {
    const target = this.#definition.targets.find((each) => each.functionName === functionName);
    return await this.#options.lambda.invoke(functionName, target?.input ?? this.#event());
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].flatMap((runs) => [...runs]));
  }

  #arm(): void {
    const waitMs = Math.max(0, this.#nextAtMs - this.#options.clock.now());
    this.#timer = setTimeout(() => this.#tick(), Math.min(waitMs, timerMaxMs)).unref();
  }

  /** What a sleeping laptop missed is not made up for. */
  #tick(): void {
    const now = this.#options.clock.now();
    if (now >= this.#nextAtMs) {
      const { everyMs } = this.#definition;
      this.#nextAtMs += everyMs * (1 + Math.floor((now - this.#nextAtMs) / everyMs));
      this.#fire();
    }
    this.#arm();
  }

  #fire(): void {
    const event = this.#event();
    for (const [target, runs] of this.#running) {
      if (runs.size >= runsMax) {
        this.#report(target, `is left out this time: ${runs.size} runs have not ended`, 'WARN');
        continue;
      }
      const run = this.#deliver(target, target.input ?? event).finally(() => runs.delete(run));
      runs.add(run);
    }
  }

  /** Invokes until it succeeds or the retries are used up, each time with the same event. */
  async #deliver(target: Target, event: unknown): Promise<void> {
    const { retryDelayMs = defaultRetryDelayMs } = this.#options;
    for (let retries = 0; !this.#signal.aborted; retries += 1) {
      const failure = await this.#attempt(target.functionName, event);
      if (failure === undefined || this.#signal.aborted) return;
      const last = retries === retriesMax;
      const attempt = `attempt ${retries + 1} of ${retriesMax + 1}`;
      this.#report(target, `failed in ${attempt}: ${failure}`, last ? 'ERROR' : 'WARN');
      if (last) return;
      await wait(retryDelayMs(retries), this.#signal);
    }
  }

  /** Answers what went wrong, or undefined. */
  async #attempt(functionName: string, event: unknown): Promise<string | undefined> {
    try {
      const result = await this.#options.lambda.invoke(functionName, event);
      return result.ok ? undefined : `${result.errorType}: ${result.errorMessage}`;
    } catch (error) {
      return String(error);
    }
  }

  #event(): object {
    const { newId, clock, place } = this.#options;
    return scheduledEvent({ id: newId(), nowMs: clock.now(), ruleArn: this.#definition.ruleArn, place });
  }

  #report({ functionName }: Target, problem: string, level: 'WARN' | 'ERROR'): void {
    this.#options.onProblem(`schedule ${this.#definition.ruleName}: ${functionName} ${problem}`, level);
  }
}

/** Resolves after `delayMs`, or at once when the schedules are closed. */
async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  const timer = setTimeout(end, delayMs).unref();
  signal.addEventListener('abort', end);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
}

function defaultRetryDelayMs(retries: number): number {
  return (retries + 1) * minuteMs;
}
