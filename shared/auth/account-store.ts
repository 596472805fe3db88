import type { UserProfile } from '../users/user.ts';
import type { Session } from './session.ts';

export interface Credentials {
  readonly userId: string;
  readonly passwordHash: string;
}

/** Accounts by e-mail. An address and a handle belong to one account, however many ask for it at once. */
export interface AccountStore {
  /** Writes everything of a new account, its first session included, or nothing. */
  create(account: {
    profile: UserProfile;
    passwordHash: string;
    session: Session;
  }): Promise<'created' | 'email_taken' | 'handle_taken'>;
  findByEmail(email: string): Promise<Credentials | undefined>;
}
