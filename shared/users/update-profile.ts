import type { UpdateMeRequest } from '../../events/user-contracts.ts';
import { isReservedHandle } from '../auth/reserved-handles.ts';
import type { PrivacyCopy } from '../connections/connection-store.ts';
import { AppError } from '../errors.ts';
import { settle } from '../settle.ts';
import { foldCase } from '../text.ts';
import { type PrivacyAspect, privacyAspects, type UserProfile } from './user.ts';
import type { UserStore } from './user-store.ts';

const attemptsMax = 8;

/**
 * Changes what the request names and nothing else: two devices that change different fields at once both get their way,
 * because whoever finds the profile changed looks again. Throws `auth.handle_taken` (also for reserved handles),
 * `auth.session_ended` for an account that was erased meanwhile, `unavailable` when others are always first.
 */
export async function updateProfile(
  userId: string,
  changes: UpdateMeRequest,
  deps: { users: Pick<UserStore, 'get' | 'update'> },
): Promise<UserProfile> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const profile = await ownProfile(userId, deps);
    const changed = withChanges(profile, changes);
    if (isNewHandle(profile, changed) && isReservedHandle(changed.handle)) throw handleTaken();
    if (isSame(profile, changed)) return profile;
    const outcome = await deps.users.update(profile, changed);
    if (outcome === 'updated') return changed;
    if (outcome === 'handle_taken') throw handleTaken();
  }
  throw new AppError('unavailable', 'the profile is being changed from elsewhere, try again');
}

/**
 * After the privacy settings were written: brings their copy in line, from which others' receipts are held back. A failure in
 * between leaves those who just hid theirs with others' for longer, never the other way round, and the same request, sent
 * again, mends it.
 */
export async function copyPrivacy(
  userId: string,
  { users, privacyCopy }: { users: Pick<UserStore, 'get'>; privacyCopy: PrivacyCopy },
): Promise<void> {
  await settle({
    read: async () => (await users.get(userId))?.hides ?? [],
    write: (hides) => privacyCopy.setHides(userId, hides),
    same: (a, b) => a.join() === b.join(),
  });
}

/** The caller's own profile. Throws `auth.session_ended` when the account was erased a moment ago. */
export async function ownProfile(
  userId: string,
  deps: { users: Pick<UserStore, 'get'> },
): Promise<UserProfile> {
  const profile = await deps.users.get(userId);
  if (!profile || profile.deletedAt !== undefined) throw new AppError('auth.session_ended');
  return profile;
}

function withChanges(profile: UserProfile, changes: UpdateMeRequest): UserProfile {
  return {
    ...profile,
    handle: changes.handle ?? profile.handle,
    displayName: changes.display_name ?? profile.displayName,
    avatar: changed(profile.avatar, changes.avatar),
    locale: changed(profile.locale, changes.locale),
    timeZone: changed(profile.timeZone, changes.time_zone),
    hides: hiddenAfter(profile.hides, changes.privacy),
  };
}

/** Null removes; undefined leaves it as it is. */
function changed(value: string | undefined, change: string | null | undefined): string | undefined {
  return change === undefined ? value : (change ?? undefined);
}

/** Names each aspect once, in one order; the very same list if nothing changes, undefined if nothing is hidden. */
function hiddenAfter(
  hides: readonly PrivacyAspect[] | undefined,
  shown: UpdateMeRequest['privacy'] = {},
): readonly PrivacyAspect[] | undefined {
  const after = privacyAspects.filter((aspect) => !(shown[aspect] ?? !hides?.includes(aspect)));
  if (after.join() === (hides ?? []).join()) return hides;
  return after.length > 0 ? after : undefined;
}

function isSame(a: UserProfile, b: UserProfile): boolean {
  return (['handle', 'displayName', 'avatar', 'locale', 'timeZone', 'hides'] as const).every(
    (field) => a[field] === b[field],
  );
}

function isNewHandle(from: UserProfile, to: UserProfile): boolean {
  return foldCase(from.handle) !== foldCase(to.handle);
}

function handleTaken(): AppError {
  return new AppError('auth.handle_taken');
}
