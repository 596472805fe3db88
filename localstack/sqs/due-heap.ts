/** A binary min-heap of things that become due; an entry that no longer holds is left to whoever pops it. */
export interface DueEntry<T> {
  readonly dueMs: number;
  readonly item: T;
}

export class DueHeap<T> {
  readonly #entries: DueEntry<T>[] = [];

  peek(): DueEntry<T> | undefined {
    return this.#entries[0];
  }

  push(entry: DueEntry<T>): void {
    const entries = this.#entries;
    let index = entries.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = entries[parentIndex];
      if (parent === undefined || parent.dueMs <= entry.dueMs) break;
      entries[index] = parent;
      index = parentIndex;
    }
    entries[index] = entry;
  }

  pop(): DueEntry<T> | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (last !== undefined && this.#entries.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: DueEntry<T>): void {
    const entries = this.#entries;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = entries[childIndex];
      const right = entries[childIndex + 1];
      if (child !== undefined && right !== undefined && right.dueMs < child.dueMs) {
        childIndex += 1;
        child = right;
      }
      if (child === undefined || child.dueMs >= entry.dueMs) break;
      entries[index] = child;
      index = childIndex;
    }
    entries[index] = entry;
  }
}
