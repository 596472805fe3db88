import type { Connection } from '../connections/connection-store.ts';

export type Watcher = Pick<Connection, 'userId' | 'connectionId'>;

/** Who wants to hear of whom, each connection for itself. It ends with the connection's lease, and costs nothing to end. */
export interface WatchStore {
  /**
   * From now on this connection hears of these people. `atMs`, when the frame arrived: of a subscription and its end the later
   * one counts, in whatever order they are written. False: it would watch more than `limits.presenceSubscriptionsMax`, and
   * nothing was written.
   */
  watch(watcher: Watcher, userIds: readonly string[], atMs: number): Promise<boolean>;
  unwatch(watcher: Watcher, userIds: readonly string[], atMs: number): Promise<void>;
  /** Strongly consistent: whoever is not in it sees, when subscribing, what was written before. */
  watchersOf(userId: string): Promise<Watcher[]>;
}
