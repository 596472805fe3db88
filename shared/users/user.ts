import type { PersonView } from '../../events/server-frames.ts';
import type { Me } from '../../events/user-contracts.ts';

/** What somebody can keep to themselves. */
export type PrivacyAspect = keyof Me['privacy'];
export const privacyAspects: readonly PrivacyAspect[] = ['read_receipts', 'typing', 'presence'];

export interface UserProfile {
  readonly userId: string;
  readonly handle: string;
  readonly displayName: string;
  readonly avatar?: string | undefined;
  /** Addresses are shown to their owner only. */
  readonly email: string;
  readonly emailVerified: boolean;
  readonly phone?: string | undefined;
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly createdAt: string;
  /** A program, and whose it is. */
  readonly botOf?: string | undefined;
  /** What others are not to see; what is absent they may. */
  readonly hides?: readonly PrivacyAspect[] | undefined;
  /** Set when the account was erased: the names are stand-ins and nothing else is left. */
  readonly deletedAt?: string | undefined;
}

/** What others see. */
export type Person = Pick<
  UserProfile,
  'userId' | 'handle' | 'displayName' | 'avatar' | 'deletedAt' | 'botOf'
>;

/** What is left of a person whose account was erased. Nobody else can have the handle: it is reserved. */
export function tombstone(userId: string, deletedAt: string): UserProfile {
  return {
    userId,
    handle: 'deleted',
    displayName: 'Deleted account',
    email: '',
    emailVerified: false,
    createdAt: '',
    deletedAt,
  };
}

export function personView(person: Person): PersonView {
  const shown = person.deletedAt === undefined ? person : tombstone(person.userId, person.deletedAt);
  return {
    user_id: shown.userId,
    handle: shown.handle,
    display_name: shown.displayName,
    ...(shown.avatar !== undefined && { avatar: shown.avatar }),
    ...(shown.deletedAt !== undefined && { deleted: true }),
    ...(shown.botOf !== undefined && { bot: true }),
  };
}

export function meView(profile: UserProfile): Me {
  return {
    ...personView(profile),
    email: profile.email,
    email_verified: profile.emailVerified,
    phone: profile.phone ?? null,
    locale: profile.locale ?? null,
    time_zone: profile.timeZone ?? null,
    created_at: profile.createdAt,
    privacy: {
      read_receipts: !hides(profile, 'read_receipts'),
      typing: !hides(profile, 'typing'),
      presence: !hides(profile, 'presence'),
    },
  };
}

/** Whether somebody keeps this to themselves. */
export function hides({ hides: hidden = [] }: Pick<UserProfile, 'hides'>, aspect: PrivacyAspect): boolean {
  return hidden.includes(aspect);
}
