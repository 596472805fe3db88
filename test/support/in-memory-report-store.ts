import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Report } from '../../shared/moderation/report.ts';
import type { ReportStore } from '../../shared/moderation/report-store.ts';

export interface InMemoryReports extends ReportStore {
  readonly byId: ReadonlyMap<string, Report>;
}

export function inMemoryReportStore(): InMemoryReports {
  const byId = new Map<string, Report>();
  const place = ({ createdAt, reportId }: Report) => `${createdAt}#${reportId}`;
  return {
    byId,
    async add(report) {
      await nextTurn();
      if (!byId.has(report.reportId)) byId.set(report.reportId, report);
    },
    async get(reportId) {
      await nextTurn();
      return byId.get(reportId);
    },
    async list(status, { limit, after = '' }) {
      await nextTurn();
      const rest = [...byId.values()]
        .filter((report) => report.status === status && place(report) > after)
        .sort((a, b) => (place(a) < place(b) ? -1 : 1));
      const reports = rest.slice(0, limit);
      const last = reports.at(-1);
      return { reports, next: last && rest.length > limit ? place(last) : undefined };
    },
    async settle(report, to) {
      await nextTurn();
      if (byId.get(report.reportId) !== report) return false;
      const { reportId, reporterId, reportedId, category, note, message, createdAt } = report;
      byId.set(report.reportId, {
        ...to,
        reportId,
        reporterId,
        reportedId,
        category,
        ...(note !== undefined && { note }),
        ...(message && { message }),
        createdAt,
      });
      return true;
    },
  };
}
