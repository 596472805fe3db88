import type { UserProfile } from '../users/user.ts';
import type { Identity } from './access-token.ts';
import type { Session } from './session.ts';

/** How an account is reached, and named when somebody signs in: `email` as it was written, `sms` in E.164. */
export interface Address {
  readonly channel: 'email' | 'sms';
  readonly address: string;
}

export interface Credentials {
  readonly userId: string;
  /** A PHC string; undefined for an account that has no password (any more). */
  readonly passwordHash: string | undefined;
}

/** Whose an address is. */
export interface AddressHolder extends Credentials {
  /** Proven by a code, not only named. */
  readonly verified: boolean;
}

/**
 * Accounts and the addresses that lead to them. An address belongs to whoever proves it; until then its holder is who
 * named it first, and one other account, the latest that named it too, has a claim (docs/adr/0007-who-owns-an-address.md).
 */
export interface AccountStore {
  /**
   * Writes everything of a new account, its first session included, or nothing. The account holds the address if nobody
   * does, else it has the claim.
   */
  create(account: {
    profile: UserProfile;
    passwordHash: string;
    session: Session;
  }): Promise<'created' | 'handle_taken'>;
  /** Everybody whom an address may sign in by password: the holder first, then who has the claim. */
  candidates(email: string): Promise<Credentials[]>;
  /** Who holds an address; undefined when nobody does. Numbers are always verified. */
  holder(address: Address): Promise<AddressHolder | undefined>;
  credentials(userId: string): Promise<Credentials | undefined>;
  /**
   * The address becomes the account's, proven; an unverified other holder is left with the claim, and the account's former
   * address is given up. Only while the session lives: whoever took the account back meanwhile keeps it.
   * False: somebody else has proven the address, or the session or the account is over.
   */
  verify(identity: Identity, address: Address): Promise<boolean>;
  /** A better hash of the same password; does nothing if the password changed meanwhile. */
  rehash(userId: string, from: string, to: string): Promise<void>;
  /**
   * Sets the password and ends every session but this one, in one step. Answers the sessions that it ended; undefined when
   * the password was not `from` any more (undefined: the account had none) or the session is over, and nothing was written.
   */
  changePassword(
    identity: Identity,
    change: { from: string | undefined; to: string },
  ): Promise<readonly string[] | undefined>;
  /**
   * A proof from outside of the account (a reset, or a code to an address that was never verified): ends every session,
   * sets or removes the password and, with `forgetFactors`, the second factor and the phone number that whoever made the
   * account may have set. Verifies the address. Answers the sessions that it ended; undefined when the account does not
   * hold the address any more, and nothing was written.
   */
  reclaim(
    userId: string,
    address: Address,
    change: { passwordHash: string | undefined; forgetFactors: boolean },
  ): Promise<readonly string[] | undefined>;
}
