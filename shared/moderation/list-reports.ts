import type { ReportStatus, ReportView } from '../../events/admin-contracts.ts';
import { limits } from '../limits.ts';
import type { Person } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Report, reportView } from './report.ts';
import type { ReportStore } from './report-store.ts';

interface Deps {
  readonly reports: Pick<ReportStore, 'list'>;
  readonly users: Pick<UserStore, 'getMany'>;
}

/** A page of one queue, the oldest first. The caller has made sure that an administrator asks. */
export async function listReports(
  query: { status: ReportStatus; limit?: number | undefined; cursor?: string | undefined },
  deps: Deps,
): Promise<{ reports: ReportView[]; next_cursor: string | null }> {
  const { reports, next } = await deps.reports.list(query.status, {
    limit: query.limit ?? limits.reportsPageMax,
    after: query.cursor || undefined,
  });
  const people = await peopleIn(reports, deps.users);
  return { reports: reports.map((report) => reportView(report, people)), next_cursor: next ?? null };
}

/** With the people in it as they are called now. */
export async function viewReport(report: Report, { users }: Pick<Deps, 'users'>): Promise<ReportView> {
  return reportView(report, await peopleIn([report], users));
}

async function peopleIn(
  reports: readonly Report[],
  users: Deps['users'],
): Promise<ReadonlyMap<string, Person>> {
  const ids = reports.flatMap(({ reporterId, reportedId }) => [reporterId, reportedId]);
  const profiles = await users.getMany([...new Set(ids)]);
  return new Map(profiles.map((profile) => [profile.userId, profile]));
}
