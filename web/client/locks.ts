/** The part of the Web Locks API that the client uses: one holder of a name at a time, across all tabs. */
export interface Locks {
  /**
   * Runs `work` when the lock is free and holds it until `work` settles. Rejects if `signal` aborts the wait. With
   * `ifAvailable` it does not wait: `work` gets null for the lock that somebody else holds.
   */
  request<T>(
    name: string,
    options: { signal?: AbortSignal; ifAvailable?: boolean },
    work: (lock: object | null) => Promise<T>,
  ): Promise<T>;
}

/** For places without navigator.locks: insecure origins, and programs with one client. */
export function inProcessLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    request(name, { signal, ifAvailable = false }, work) {
      if (ifAvailable && tails.has(name)) return work(null);
      const before = tails.get(name) ?? Promise.resolve();
      const turn = before.then(() => {
        signal?.throwIfAborted();
        return work({});
      });
      const settled = turn.catch(() => {});
      tails.set(name, settled);
      void settled.then(() => {
        if (tails.get(name) === settled) tails.delete(name);
      });
      return turn;
    },
  };
}
