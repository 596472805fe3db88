/** What those who run a deployment do: notices and the queue of reports. Bodies of the HTTP API, snake_case. */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { conversationId, userId } from './client-frames.ts';
import { pageSize, wellFormed } from './fields.ts';
import { reportCategory } from './membership-contracts.ts';
import { messageCreate, personView, systemNotice } from './server-frames.ts';

/** Clients say a code in their own words, with `params`; `notice.text` has its words in `params.text`. */
export const noticeCode = z.string().check(z.regex(/^[a-z]+(?:[._][a-z]+)*$/), z.maxLength(64));
const params = z
  .record(z.string().check(z.maxLength(64)), z.union([z.string(), z.number(), z.boolean()]))
  .check(
    z.refine(
      (record) => JSON.stringify(record).length <= limits.noticeParamsMaxChars,
      `at most ${limits.noticeParamsMaxChars} characters`,
    ),
    z.refine((record) => JSON.stringify(record).isWellFormed(), 'has broken Unicode'),
  );
export const publishNoticeRequest = z.object({
  audience: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('user'), user_id: userId }),
    z.object({ kind: z.literal('conversation'), convo_id: conversationId }),
    z.object({ kind: z.literal('everybody') }),
  ]),
  code: noticeCode,
  params: z._default(params, {}),
  severity: z._default(z.enum(['info', 'warning', 'critical']), 'info'),
  expires_in_seconds: z._default(
    z.int().check(z.gte(60), z.lte(limits.noticeMaxSeconds)),
    limits.noticeDefaultSeconds,
  ),
});
export const publishNoticeResponse = z.object({ notice_id: z.string() });
/** The notices that are for the caller, not dismissed and not over, the latest first. */
export const noticesResponse = z.object({ notices: z.array(systemNotice) });

export const reportStatus = z.enum(['open', 'resolved', 'dismissed']);
export const reportsQuery = z.object({
  status: z._default(reportStatus, 'open'),
  limit: z.optional(pageSize(limits.reportsPageMax)),
  cursor: z.optional(z.string().check(z.maxLength(256))),
});
export const reportView = z.object({
  report_id: z.string(),
  status: reportStatus,
  category: reportCategory,
  note: z.nullable(z.string()),
  created_at: z.string(),
  reporter: personView,
  /** Who is reported: the sender of the message, or the person named. */
  reported: z.nullable(personView),
  /** The message as it was when it was reported. */
  message: z.nullable(z.omit(messageCreate, { type: true })),
  resolved_by: z.nullable(userId),
  resolved_at: z.nullable(z.string()),
  resolution: z.nullable(z.string()),
});
/** The oldest first: a queue. */
export const reportsResponse = z.object({
  reports: z.array(reportView),
  next_cursor: z.nullable(z.string()),
});
export const updateReportRequest = z.object({
  status: z.enum(['resolved', 'dismissed', 'open']),
  note: z.optional(z.string().check(z.trim(), z.maxLength(limits.reportNoteMaxChars), wellFormed)),
});

export type PublishNoticeRequest = z.infer<typeof publishNoticeRequest>;
export type ReportView = z.infer<typeof reportView>;
export type ReportStatus = z.infer<typeof reportStatus>;
export type UpdateReportRequest = z.infer<typeof updateReportRequest>;
