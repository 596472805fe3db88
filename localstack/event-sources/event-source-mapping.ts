import { setTimeout as sleep } from 'node:timers/promises';

/** A running mapping. */
export interface EventSourceMapping {
  /** Stops polling at once; resolves when the invocations in flight have ended. */
  close(): Promise<void>;
}

/** One record per batch, for whoever watches the mapping. */
export interface BatchRecord {
  readonly functionName: string;
  /** Name of the queue or the table. */
  readonly source: string;
  readonly size: number;
  readonly failed: number;
  /** Why the whole batch failed, or undefined. */
  readonly reason: string | undefined;
}

/** Resolves after `delayMs`, or at once when the mapping is closed. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return;
  await sleep(delayMs, undefined, { signal, ref: false }).catch(() => {});
}
