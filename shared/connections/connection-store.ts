import type { Identity } from '../auth/access-token.ts';

export interface Connection extends Identity {
  readonly connectionId: string;
}

/** A connection as its person's other ones see it. */
export interface OpenConnection extends Connection {
  /** Epoch seconds. */
  readonly openedAt: number;
  /** Nothing is pushed to it any more; it is about to be closed. */
  readonly retired: boolean;
}

export interface ConnectionStore {
  /**
   * Makes a connection reachable until it is closed or its lease ends. Answers all connections of the person after it, this
   * one included. Repeating it is harmless.
   */
  open(connection: Connection): Promise<OpenConnection[]>;
  /** Keeps a connection from being pushed to; it can still be found, to be closed. Repeating it is harmless. */
  retire(userId: string, connectionId: string): Promise<void>;
  /** Forgets a connection whoever it belonged to. Repeating it is harmless. */
  close(connectionId: string): Promise<void>;
  /** Forgets a connection that turned out to be gone, but for one so new that it may only not be open yet. */
  forget(userId: string, connectionId: string): Promise<void>;
  /** Whose connection it is; undefined when it was never opened, or its lease ended. */
  identify(connectionId: string): Promise<Identity | undefined>;
  /** Every connection of a person, the retired ones included; strongly consistent. */
  allOf(userId: string): Promise<OpenConnection[]>;
  /** All live connections of these people to push to; strongly consistent, so that a commit reaches whoever connected before it. */
  ofUsers(userIds: readonly string[]): Promise<Connection[]>;
}
