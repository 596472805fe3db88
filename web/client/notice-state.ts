/** What those who run the deployment have to say, as pure steps. */
import type { SystemNotice } from '../../events/server-frames.ts';

/** Notices that are kept, by id; undefined for those that were dismissed, so that nothing late brings them back. */
export type NoticeMap = ReadonlyMap<string, SystemNotice | undefined>;

const bySeverity = { critical: 0, warning: 1, info: 2 };

/** Those without an id are about this moment only, and are not kept. */
export function withNotice(notices: NoticeMap, notice: SystemNotice): NoticeMap {
  const { notice_id: id } = notice;
  if (id === undefined || notices.has(id)) return notices;
  return new Map(notices).set(id, notice);
}

/** Dismissed here or on another device, or taken back. */
export function withoutNotice(notices: NoticeMap, id: string): NoticeMap {
  return notices.has(id) && notices.get(id) === undefined ? notices : new Map(notices).set(id, undefined);
}

/** What is to be shown: the gravest first, then the latest. `convoId`: those about one conversation alone. */
export function activeNotices(notices: NoticeMap, nowMs: number, convoId?: string): SystemNotice[] {
  return [...notices.values()]
    .filter((notice) => notice !== undefined && notice.convo_id === convoId && !isOver(notice, nowMs))
    .filter((notice) => notice !== undefined)
    .sort(
      (left, right) =>
        bySeverity[left.severity] - bySeverity[right.severity] ||
        Date.parse(right.created_at ?? '') - Date.parse(left.created_at ?? ''),
    );
}

/** The same notices if none is over. */
export function withoutExpired(notices: NoticeMap, nowMs: number): NoticeMap {
  return [...notices]
    .filter(([, notice]) => notice !== undefined && isOver(notice, nowMs))
    .reduce((next, [id]) => withoutNotice(next, id), notices);
}

/** When the next one is over, milliseconds since the epoch. */
export function nextNoticeEndMs(notices: NoticeMap, nowMs: number): number | undefined {
  const ends = [...notices.values()].flatMap((notice) =>
    notice?.expires_at === undefined ? [] : [Date.parse(notice.expires_at)],
  );
  const coming = ends.filter((endMs) => endMs > nowMs);
  return coming.length === 0 ? undefined : Math.min(...coming);
}

function isOver({ expires_at: expiresAt }: SystemNotice, nowMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;
}
