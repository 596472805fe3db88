import type { Identity } from '../auth/access-token.ts';

export interface Connection extends Identity {
  readonly connectionId: string;
}

export interface ConnectionStore {
  /** Makes a connection reachable until it is closed or its lease ends. Repeating it is harmless. */
  open(connection: Connection): Promise<void>;
  /** Forgets a connection whoever it belonged to. Repeating it is harmless. */
  close(connectionId: string): Promise<void>;
  /** Forgets a connection that turned out to be gone, but for one so new that it may only not be open yet. */
  forget(userId: string, connectionId: string): Promise<void>;
  /** Whose connection it is; undefined when it was never opened, or its lease ended. */
  identify(connectionId: string): Promise<Identity | undefined>;
  /** All live connections of these people; strongly consistent, so that a commit reaches whoever connected before it. */
  ofUsers(userIds: readonly string[]): Promise<Connection[]>;
}
