import type { Me } from '../../events/http-contracts.ts';
import type { PersonView } from '../../events/server-frames.ts';

export interface UserProfile {
  readonly userId: string;
  readonly handle: string;
  readonly displayName: string;
  /** Shown to its owner only. */
  readonly email: string;
  readonly createdAt: string;
}

/** What others see. */
export type Person = Pick<UserProfile, 'userId' | 'handle' | 'displayName'>;

export function personView(person: Person): PersonView {
  return { user_id: person.userId, handle: person.handle, display_name: person.displayName };
}

export function meView(profile: UserProfile): Me {
  return { ...personView(profile), email: profile.email, created_at: profile.createdAt };
}
