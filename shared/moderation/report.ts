import type { ReportView } from '../../events/admin-contracts.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ReportCategory } from '../../events/membership-contracts.ts';
import { type Person, personView, tombstone } from '../users/user.ts';

/** How those who run a deployment settled a report. */
export interface Settlement {
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly note?: string;
}

/** What is to be done about it: open, or settled in one of two ways. */
export type ReportState =
  | { readonly status: 'open' }
  | { readonly status: 'resolved' | 'dismissed'; readonly settlement: Settlement };

export type Report = ReportState & {
  readonly reportId: string;
  readonly reporterId: string;
  /** The sender of the message, or the person named. */
  readonly reportedId: string;
  readonly category: ReportCategory;
  readonly note?: string;
  /** The message as it was when it was reported: what is done to it later takes nothing from the report. */
  readonly message?: MessageView;
  /** ISO 8601. */
  readonly createdAt: string;
};

export function reportView(report: Report, people: ReadonlyMap<string, Person>): ReportView {
  const person = (userId: string) => personView(people.get(userId) ?? tombstone(userId, report.createdAt));
  const settlement = report.status === 'open' ? undefined : report.settlement;
  return {
    report_id: report.reportId,
    status: report.status,
    category: report.category,
    note: report.note ?? null,
    created_at: report.createdAt,
    reporter: person(report.reporterId),
    reported: person(report.reportedId),
    message: report.message ?? null,
    resolved_by: settlement?.by ?? null,
    resolved_at: settlement?.at ?? null,
    resolution: settlement?.note ?? null,
  };
}
