/** Work in flight that nobody awaits while the gateway runs, and that close() waits for. */
export interface Background {
  add(work: Promise<unknown>): void;
  /** True when everything, also what was added meanwhile, has ended within `timeoutMs`. */
  settledWithin(timeoutMs: number): Promise<boolean>;
}

export function createBackground(): Background {
  const inFlight = new Set<Promise<void>>();

  async function settled(): Promise<true> {
    while (inFlight.size > 0) await Promise.all(inFlight);
    return true;
  }

  return {
    add(work) {
      const guarded = work
        .then(
          () => undefined,
          (error: unknown) => console.error('gateway: work in the background failed', error),
        )
        .finally(() => inFlight.delete(guarded));
      inFlight.add(guarded);
    },
    async settledWithin(timeoutMs) {
      const { promise: timeout, resolve } = Promise.withResolvers<false>();
      const timer = setTimeout(() => resolve(false), timeoutMs);
      const ended = await Promise.race([settled(), timeout]);
      clearTimeout(timer);
      return ended;
    },
  };
}
