import type { Identity } from '../auth/access-token.ts';
import type { PrivacyAspect } from '../users/user.ts';

export interface Connection extends Identity {
  readonly connectionId: string;
  /** What its person keeps to themselves, where that is known: see PrivacyCopy. */
  readonly hides?: readonly PrivacyAspect[];
}

/** A connection as its person's other ones see it. */
export interface OpenConnection extends Connection {
  /** Epoch seconds. */
  readonly openedAt: number;
  /** Nothing is pushed to it any more; it is about to be closed. */
  readonly retired: boolean;
  /** It says that nobody is at it. */
  readonly idle: boolean;
}

/**
 * What people keep to themselves, beside their connections: whoever is about to push reads it with these, for nothing. The
 * profile says what is true.
 */
export interface PrivacyCopy {
  /** Repeating it is harmless. */
  setHides(userId: string, hides: readonly PrivacyAspect[]): Promise<void>;
}

/** How somebody is connected. */
export interface Reach {
  /** The living connections, the retired ones included. */
  readonly connections: OpenConnection[];
  /** When one of them was taken off last; undefined when none ever was. Milliseconds since the epoch. */
  readonly endedAtMs: number | undefined;
  /** See PrivacyCopy. */
  readonly hides: readonly PrivacyAspect[];
}

export interface ConnectionStore {
  /**
   * Makes a connection reachable until it is closed or its lease ends. Answers all connections of the person after it, this
   * one included. Repeating it is harmless.
   */
  open(connection: Connection): Promise<OpenConnection[]>;
  /** Keeps a connection from being pushed to; it can still be found, to be closed. Repeating it is harmless. */
  retire(userId: string, connectionId: string): Promise<void>;
  /** Notes whether somebody is at it; nothing for a connection that is not open. */
  setIdle(userId: string, connectionId: string, idle: boolean): Promise<void>;
  /** Forgets a connection whoever it belonged to. Repeating it is harmless. */
  close(connectionId: string): Promise<void>;
  /** Forgets a connection that turned out to be gone, but for one so new that it may only not be open yet. */
  forget(userId: string, connectionId: string): Promise<void>;
  /** Forgets a connection of this person, whatever is left of it. Repeating it is harmless. */
  drop(userId: string, connectionId: string): Promise<void>;
  /** Whose connection it is; undefined when it was never opened, or its lease ended. */
  identify(connectionId: string): Promise<Identity | undefined>;
  /** Every connection of a person, the retired ones included; strongly consistent. */
  allOf(userId: string): Promise<OpenConnection[]>;
  /** The same, and when it last became fewer. */
  reach(userId: string): Promise<Reach>;
  /** All live connections of these people to push to; strongly consistent, so that a commit reaches whoever connected before it. */
  ofUsers(userIds: readonly string[]): Promise<Connection[]>;
}
