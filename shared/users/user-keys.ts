/**
 * The Users table: what people know of each other.
 *
 * | item               | pk                 | sk                  | attributes                                     |
 * |--------------------|--------------------|---------------------|------------------------------------------------|
 * | profile            | USER#<user_id>     | PROFILE             | user_id, handle, display_name, avatar?, email, email_verified, phone?, locale?, time_zone?, hides?, bot_of?, created_at |
 * | profile, erased    | USER#<user_id>     | PROFILE             | user_id, deleted_at                            |
 * | list of bots       | USER#<user_id>     | BOTS                | bot_ids                                        |
 * | handle reservation | HANDLE#<folded>    | HANDLE              | user_id                                        |
 * | block              | USER#<user_id>     | BLOCK#<user_id>     | user_id (who is blocked), created_at           |
 * | search term        | TERM#<first char>  | <term>#<user_id>    | user_id, handle, display_name, avatar?, bot_of? |
 *
 * Search terms are partitioned by their first character: a prefix search is one Query, never a scan. A search reads at
 * most 40 rows of about 200 bytes, 1 read unit, so that one character serves some 3,000 searches a second; a change of
 * names writes at most 16 rows, spread over the characters that the names begin with.
 *
 * Who writes a profile must demand that it is not erased (`attribute_not_exists(deleted_at)`): nothing may come back.
 */
import { foldCase, searchTerms } from '../text.ts';
import type { UserProfile } from './user.ts';

export const profileKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'PROFILE' });
export const botsKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'BOTS' });
export const handleKey = (handle: string) => ({ pk: `HANDLE#${foldCase(handle)}`, sk: 'HANDLE' });
export const blockPrefix = 'BLOCK#';
export const blockKey = (userId: string, blockedId: string) => ({
  pk: `USER#${userId}`,
  sk: `${blockPrefix}${blockedId}`,
});
export const termPartition = (foldedTerm: string) =>
  `TERM#${String.fromCodePoint(foldedTerm.codePointAt(0) ?? 0)}`;

const termsPerUserMax = 8;

/** One row for the handle, for the name and for each word of it. */
export function searchTermItems(profile: UserProfile) {
  return searchTerms(profile.handle, profile.displayName)
    .slice(0, termsPerUserMax)
    .map((term) => ({
      pk: termPartition(term),
      sk: `${term}#${profile.userId}`,
      user_id: profile.userId,
      handle: profile.handle,
      display_name: profile.displayName,
      avatar: profile.avatar,
      bot_of: profile.botOf,
    }));
}

/** The item of a new profile; absent attributes are undefined. */
export function profileItem(profile: UserProfile) {
  return {
    ...profileKey(profile.userId),
    user_id: profile.userId,
    handle: profile.handle,
    display_name: profile.displayName,
    avatar: profile.avatar,
    email: profile.email,
    email_verified: profile.emailVerified,
    phone: profile.phone,
    locale: profile.locale,
    time_zone: profile.timeZone,
    hides: profile.hides,
    bot_of: profile.botOf,
    created_at: profile.createdAt,
  };
}
