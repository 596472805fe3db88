import type { Person, UserProfile } from './user.ts';

export interface UserStore {
  /** Strongly consistent; an erased person is a tombstone, see `deletedAt`. */
  get(userId: string): Promise<UserProfile | undefined>;
  /** Those of the given ids that exist, erased ones as tombstones, in no particular order. */
  getMany(userIds: readonly string[]): Promise<UserProfile[]>;
  /** People with a handle or a word of their name that begins so; the prefix is folded (see foldCase). */
  findByPrefix(prefix: string, limit: number): Promise<Person[]>;
  /**
   * Writes what differs between the two, and with it the reservation of the handle and the search terms, or nothing.
   * `stale`: handle, name, avatar or, if it changes, what they hide are not those of `from` any more, or the person is
   * erased.
   */
  update(from: UserProfile, to: UserProfile): Promise<'updated' | 'stale' | 'handle_taken'>;
  /**
   * Leaves a tombstone and no search terms; the handle stays reserved, so that nobody can pose as this person.
   * False: names or addresses are not those of `profile` any more, or the person is erased already; nothing was written.
   */
  erase(profile: UserProfile, deletedAt: string): Promise<boolean>;
}
