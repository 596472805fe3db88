import type { UserAction } from '../limits.ts';
import type { Identity } from './access-token.ts';

/**
 * The one gate that every frame and every changing request passes: the session lives, and the person has a token left
 * for the action. One conditional write answers both, because the session list and the buckets are one item.
 */
export interface Gate {
  /** Throws `auth.session_ended`, or `rate_limited` with the time to wait. */
  admit(identity: Identity, action: UserAction): Promise<void>;
}
