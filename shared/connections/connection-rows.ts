import type { Connection } from './connection-store.ts';

/** One connection as the sweep sees it. Times are epoch seconds. */
export interface ConnectionRow extends Connection {
  readonly openedAt: number;
  readonly expiresAt: number;
  /** When it last proved that it lives; its beginning is the first proof. */
  readonly livedAt: number;
  /** It was told that it will end soon. */
  readonly warned: boolean;
}

/** Which connections the sweep wants to see, beside those whose lease is over. Epoch seconds. */
export interface SweepWindow {
  /** Those that gave no sign since then. */
  readonly silentSince: number;
  /** Those that were opened before this and were not warned. */
  readonly openedBefore: number;
}

/** Connections one by one, whoever they belong to. */
export interface ConnectionRows {
  /** When a connection last proved that it lives, epoch seconds; undefined when it is not there. May be a second behind. */
  livedAt(connectionId: string): Promise<number | undefined>;
  /** It lives now. Nothing for a connection that is not there. */
  noteLife(connectionId: string): Promise<void>;
  /** It was told that it will end soon. Nothing for a connection that is not there. */
  noteWarning(connectionId: string): Promise<void>;
  /** The shards, to be read one by one. */
  readonly shards: readonly number[];
  /** What the sweep has to look at in one shard. May be a second behind. */
  due(shard: number, window: SweepWindow): Promise<ConnectionRow[]>;
}
