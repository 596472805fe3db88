import type { Person, UserProfile } from './user.ts';

export interface UserStore {
  get(userId: string): Promise<UserProfile | undefined>;
  /** Those of the given ids that exist, in no particular order. */
  getMany(userIds: readonly string[]): Promise<UserProfile[]>;
  /** People with a handle or a word of their name that begins so; the prefix is folded (see foldCase). */
  findByPrefix(prefix: string, limit: number): Promise<Person[]>;
}
