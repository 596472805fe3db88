import { setImmediate as nextTurn } from 'node:timers/promises';
import { foldCase, searchTerms } from '../../shared/text.ts';
import { tombstone, type UserProfile } from '../../shared/users/user.ts';
import type { UserStore } from '../../shared/users/user-store.ts';

export interface InMemoryUsers extends UserStore {
  /** Puts a profile and reserves its handle, whatever was there. */
  put(profile: UserProfile): void;
  /** Who has the handle reserved. */
  handleOwner(handle: string): string | undefined;
}

export function inMemoryUserStore(...profiles: readonly UserProfile[]): InMemoryUsers {
  const users = new Map<string, UserProfile>();
  const handles = new Map<string, string>();
  const put = (profile: UserProfile) => {
    users.set(profile.userId, profile);
    handles.set(foldCase(profile.handle), profile.userId);
  };
  for (const profile of profiles) put(profile);
  const living = (userId: string) => {
    const profile = users.get(userId);
    return profile?.deletedAt === undefined ? profile : undefined;
  };

  return {
    put,
    handleOwner: (handle) => handles.get(foldCase(handle)),
    async get(userId) {
      await nextTurn();
      return users.get(userId);
    },
    getMany: async (userIds) => [...new Set(userIds)].flatMap((userId) => users.get(userId) ?? []),
    findByPrefix: async (prefix, limit) =>
      [...users.values()]
        .filter(({ deletedAt }) => deletedAt === undefined)
        .filter(({ handle, displayName }) =>
          searchTerms(handle, displayName).some((term) => term.startsWith(prefix)),
        )
        .slice(0, limit)
        .map(({ userId, handle, displayName, avatar, botOf }) => ({
          userId,
          handle,
          displayName,
          ...(avatar !== undefined && { avatar }),
          ...(botOf !== undefined && { botOf }),
        })),

    async update(from, to) {
      await nextTurn();
      const current = living(from.userId);
      const isStale = named.some((field) => current?.[field] !== from[field]);
      const hidesOthers = from.hides !== to.hides && current?.hides?.join() !== from.hides?.join();
      if (!current || isStale || hidesOthers) return 'stale';
      const owner = handles.get(foldCase(to.handle));
      if (owner !== undefined && owner !== to.userId) return 'handle_taken';
      handles.delete(foldCase(current.handle));
      const changed = editable.filter((field) => from[field] !== to[field]);
      put({ ...current, ...Object.fromEntries(changed.map((field) => [field, to[field]])) });
      return 'updated';
    },

    async erase(profile, deletedAt) {
      await nextTurn();
      const current = living(profile.userId);
      if (!current || [...named, ...addresses].some((field) => current[field] !== profile[field]))
        return false;
      users.set(profile.userId, tombstone(profile.userId, deletedAt));
      return true;
    },
  };
}

const named = ['handle', 'displayName', 'avatar'] as const;
const editable = [...named, 'locale', 'timeZone', 'hides'] as const;
const addresses = ['email', 'phone'] as const;
