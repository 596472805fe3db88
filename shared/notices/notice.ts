import type { PublishNoticeRequest } from '../../events/admin-contracts.ts';
import type { SystemNotice } from '../../events/server-frames.ts';

export type Audience = PublishNoticeRequest['audience'];

/** A notice that is kept until it expires or is taken back. */
export interface Notice {
  readonly noticeId: string;
  readonly audience: Audience;
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly severity: SystemNotice['severity'];
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export function noticeView(notice: Notice): SystemNotice {
  return {
    type: 'system.notice',
    code: notice.code,
    params: { ...notice.params },
    severity: notice.severity,
    notice_id: notice.noticeId,
    ...(notice.audience.kind === 'conversation' && { convo_id: notice.audience.convo_id }),
    created_at: notice.createdAt,
    expires_at: notice.expiresAt,
  };
}
