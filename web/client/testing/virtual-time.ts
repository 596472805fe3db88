import type { Cancel } from '../environment.ts';

/** Time that stands still until a test moves it. */
export class VirtualTime {
  #nowMs = Date.parse('2026-01-01T12:00:00.000Z');
  #timers: { dueMs: number; callback: () => void }[] = [];

  readonly now = (): number => this.#nowMs;

  readonly setTimer = (callback: () => void, delayMs: number): Cancel => {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Lets everything happen that is due within `durationMs`, in order, and what follows from it. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await settled();
    for (let next = this.#nextDue(untilMs); next !== undefined; next = this.#nextDue(untilMs)) {
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #nextDue(untilMs: number): { dueMs: number; callback: () => void } | undefined {
    const due = this.#timers.filter((timer) => timer.dueMs <= untilMs);
    return due.sort((left, right) => left.dueMs - right.dueMs)[0];
  }
}

/** Promises run to their end before the event loop comes back to here. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
