import type { Connection } from './connection-store.ts';

/** Everybody who is connected, some at a time. */
export interface AllConnections {
  /** @param after where the page before said that the next one begins. */
  page(after: string | undefined): Promise<{ connections: Connection[]; next: string | undefined }>;
}
