/**
 * Notices, in the Users table.
 *
 * | item          | pk              | sk                 | attributes                                                        |
 * |---------------|-----------------|--------------------|-------------------------------------------------------------------|
 * | notice        | NOTICE#<id>     | NOTICE             | audience, code, params, severity, created_at, ends_at, expires_at |
 * | for everybody | NOTICES         | <id>               | notice_id, expires_at                                             |
 * | somebody's    | USER#<user_id>  | NOTICE#<id>        | notice_id, dismissed?, expires_at                                 |
 *
 * What is for everybody is one item and not one per person; only its dismissal is a person's. The notice itself stands
 * once, so that taking it back is one deletion. `expires_at` is for the table's TTL, epoch seconds; it removes late, so
 * that readers go by `ends_at`.
 */
export const noticeKey = (noticeId: string) => ({ pk: `NOTICE#${noticeId}`, sk: 'NOTICE' });
export const everybodyPartition = 'NOTICES';
export const everybodyKey = (noticeId: string) => ({ pk: everybodyPartition, sk: noticeId });
export const ownPrefix = 'NOTICE#';
export const ownKey = (userId: string, noticeId: string) => ({
  pk: `USER#${userId}`,
  sk: `${ownPrefix}${noticeId}`,
});
