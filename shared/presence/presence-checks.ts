/** Looks at somebody's presence again, from the outside of what has just happened. A check may come twice. */
export interface PresenceChecks {
  /** After the debounce: their last connection seems to have ended. Throws when it was not taken. */
  later(userId: string): Promise<void>;
  /** At once: what others may see of them has changed, or they are gone for good. Throws when it was not taken. */
  soon(userId: string): Promise<void>;
}
