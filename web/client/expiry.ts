import type { Cancel, ClientEnvironment } from './environment.ts';

/** A longer delay overflows the timers of browsers and Node, and fires at once. */
const timerMaxMs = 2 ** 31 - 1;

/** Calls `act` when the next thing ends, and again for the one after it. */
export class Expiry {
  readonly #environment: Pick<ClientEnvironment, 'now' | 'setTimer'>;
  readonly #nextEndMs: (nowMs: number) => number | undefined;
  readonly #act: (nowMs: number) => void;
  #cancel: Cancel = () => {};

  constructor(
    environment: Pick<ClientEnvironment, 'now' | 'setTimer'>,
    nextEndMs: (nowMs: number) => number | undefined,
    act: (nowMs: number) => void,
  ) {
    this.#environment = environment;
    this.#nextEndMs = nextEndMs;
    this.#act = act;
  }

  /** Call it after whatever may have changed what ends next. */
  schedule(): void {
    this.#cancel();
    const nowMs = this.#environment.now();
    const endMs = this.#nextEndMs(nowMs);
    if (endMs === undefined) return;
    const onTimer = (): void => {
      const atMs = this.#environment.now();
      if (atMs >= endMs) this.#act(atMs);
      this.schedule();
    };
    this.#cancel = this.#environment.setTimer(onTimer, Math.min(endMs - nowMs, timerMaxMs));
  }

  stop(): void {
    this.#cancel();
  }
}
