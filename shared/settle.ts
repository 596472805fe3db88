/** A fact in one table, and its copy in another where it is needed without a read. */
export interface Copied<T> {
  /** Strongly consistent. */
  read(): Promise<T>;
  /** Writing the same again is harmless. */
  write(value: T): Promise<void>;
  same(a: T, b: T): boolean;
}

const attemptsMax = 8;

/**
 * Brings a copy in line with its fact, whoever else does so at the same time: the fact is looked at again after the copy was
 * written, so that of several at once none leaves behind what was true before. Whoever changes the fact calls it after the
 * change is durable; when that fails in between, the same request, sent again, repairs it.
 */
export async function settle<T>(copied: Copied<T>): Promise<T> {
  let value = await copied.read();
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    await copied.write(value);
    const now = await copied.read();
    if (copied.same(value, now)) return value;
    value = now;
  }
  throw new Error(`a copy could not be brought in line in ${attemptsMax} attempts`);
}
