/** Reports and notices: what everybody may do, and what those do who run the deployment. All throw as HttpClient says. */
import type * as z from 'zod/mini';
import type {
  publishNoticeRequest,
  ReportStatus,
  ReportView,
  reportsResponse,
  UpdateReportRequest,
} from '../../events/admin-contracts.ts';
import * as contracts from '../../events/admin-contracts.ts';
import { type ReportRequest, reportResponse } from '../../events/membership-contracts.ts';
import type { SystemNotice } from '../../events/server-frames.ts';
import { createCaller, pathOf } from './caller.ts';
import type { HttpClient } from './http-client.ts';

export type ModerationApi = ReturnType<typeof createModerationApi>;

/** What is left out is as the server has it: no params, `info`, a week. */
export type NoticeWish = z.input<typeof publishNoticeRequest>;
export type ReportsPage = z.infer<typeof reportsResponse>;

export function createModerationApi(http: HttpClient) {
  const { ask, call } = createCaller(http);
  return {
    /** Answers the id of the report. */
    async report(body: ReportRequest): Promise<string> {
      return (await ask('POST', '/reports', reportResponse, { body })).report_id;
    },
    /** The notices that are for this person, not dismissed and not over, the latest first. */
    async notices(): Promise<SystemNotice[]> {
      return (await ask('GET', '/notices', contracts.noticesResponse)).notices;
    },
    dismissNotice: (noticeId: string): Promise<void> => call('POST', pathOf('notices', noticeId, 'dismiss')),

    /** `request.not_found` for everybody who is no administrator; so do the others below. Answers the notice's id. */
    async publishNotice(body: NoticeWish): Promise<string> {
      return (await ask('POST', '/admin/notices', contracts.publishNoticeResponse, { body })).notice_id;
    },
    withdrawNotice: (noticeId: string): Promise<void> => call('DELETE', pathOf('admin', 'notices', noticeId)),
    /** The queue of reports, the oldest first. */
    reports: (status: ReportStatus = 'open', cursor?: string): Promise<ReportsPage> =>
      ask('GET', '/admin/reports', contracts.reportsResponse, { query: { status, cursor } }),
    settleReport: (reportId: string, body: UpdateReportRequest): Promise<ReportView> =>
      ask('PATCH', pathOf('admin', 'reports', reportId), contracts.reportView, { body }),
  };
}
