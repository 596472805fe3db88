import { searchTerms } from '../../shared/text.ts';
import type { UserProfile } from '../../shared/users/user.ts';
import type { UserStore } from '../../shared/users/user-store.ts';

export interface InMemoryUsers extends UserStore {
  put(profile: UserProfile): void;
}

export function inMemoryUserStore(...profiles: readonly UserProfile[]): InMemoryUsers {
  const users = new Map(profiles.map((profile) => [profile.userId, profile]));
  return {
    put: (profile) => void users.set(profile.userId, profile),
    get: async (userId) => users.get(userId),
    getMany: async (userIds) => [...new Set(userIds)].flatMap((userId) => users.get(userId) ?? []),
    findByPrefix: async (prefix, limit) =>
      [...users.values()]
        .filter(({ handle, displayName }) =>
          searchTerms(handle, displayName).some((term) => term.startsWith(prefix)),
        )
        .slice(0, limit)
        .map(({ userId, handle, displayName }) => ({ userId, handle, displayName })),
  };
}
