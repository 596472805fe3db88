/**
 * The Users table: what people know of each other.
 *
 * | item               | pk                 | sk                  | attributes                                     |
 * |--------------------|--------------------|---------------------|------------------------------------------------|
 * | profile            | USER#<user_id>     | PROFILE             | user_id, handle, display_name, email, created_at |
 * | handle reservation | HANDLE#<folded>    | HANDLE              | user_id                                        |
 * | search term        | TERM#<first char>  | <term>#<user_id>    | user_id, handle, display_name                  |
 *
 * Search terms are partitioned by their first character: a prefix search is one Query, never a scan.
 */
import { foldCase, searchTerms } from '../text.ts';
import type { UserProfile } from './user.ts';

export const profileKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'PROFILE' });
export const handleKey = (handle: string) => ({ pk: `HANDLE#${foldCase(handle)}`, sk: 'HANDLE' });
export const termPartition = (foldedTerm: string) =>
  `TERM#${String.fromCodePoint(foldedTerm.codePointAt(0) ?? 0)}`;

const termsPerUserMax = 8;

/** One row for the handle and for each word of the name. */
export function searchTermItems(profile: UserProfile) {
  return searchTerms(profile.handle, profile.displayName)
    .slice(0, termsPerUserMax)
    .map((term) => ({
      pk: termPartition(term),
      sk: `${term}#${profile.userId}`,
      user_id: profile.userId,
      handle: profile.handle,
      display_name: profile.displayName,
    }));
}
