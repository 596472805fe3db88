/** The part of the Web Locks API that the client uses: one holder of a name at a time, across all tabs. */
export interface Locks {
  /** Runs `work` when the lock is free and holds it until `work` settles. Rejects if `signal` aborts the wait. */
  request<T>(name: string, options: { signal?: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

/** For places without navigator.locks: insecure origins, and programs with one client. */
export function inProcessLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    request(name, { signal }, work) {
      const before = tails.get(name) ?? Promise.resolve();
      const turn = before.then(() => {
        signal?.throwIfAborted();
        return work();
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
