export interface Closers {
  /** `close` is called once, before those that were added earlier. */
  add(close: () => void | Promise<void>): void;
  /** Closes everything, the youngest first, also when one fails; then throws the first failure. */
  close(): Promise<void>;
}

/** What must be closed again, in the order of its start. */
export function createClosers(): Closers {
  const stack: (() => void | Promise<void>)[] = [];
  let closing: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let close = stack.pop(); close !== undefined; close = stack.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };

  return {
    add: (close) => {
      stack.push(close);
    },
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** As Promise.all, but it ends when all have ended: nothing starts any more behind whoever cleans up after a failure. */
export async function allEnded<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
