import type { Clock } from '../contracts.ts';

/** The longest delay that setTimeout takes. */
const timerMaxMs = 2_147_483_647;

/** One timer for the next due moment on a clock. */
export class Alarm {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #dueMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Replaces the moment that was set before; undefined sets none. */
  set(dueMs: number | undefined): void {
    if (dueMs === this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    if (dueMs === undefined) return;
    // A timer may fire a little early, so what is not due yet waits at least a millisecond more.
    const delayMs = Math.min(Math.max(dueMs - this.#clock.now(), 1), timerMaxMs);
    this.#timer = setTimeout(() => {
      this.#dueMs = undefined;
      this.#onDue();
    }, delayMs);
  }
}
