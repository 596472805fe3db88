import type { PersonView } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import { foldCase, searchPrefix } from '../text.ts';
import { personView } from './user.ts';
import type { UserStore } from './user-store.ts';

/** People whose handle or name begins like the query; a leading @ is how people write a handle. */
export async function findUsers(query: string, deps: { users: UserStore }): Promise<PersonView[]> {
  const prefix = searchPrefix(foldCase(query.replace(/^@/, '')).trim());
  if (prefix.length === 0) return [];
  const people = await deps.users.findByPrefix(prefix, limits.userSearchPageMax);
  return people.map(personView);
}
