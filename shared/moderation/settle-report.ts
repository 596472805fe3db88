import type { UpdateReportRequest } from '../../events/admin-contracts.ts';
import { type Clock, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Report, ReportState } from './report.ts';
import type { ReportStore } from './report-store.ts';

const attemptsMax = 8;

interface Deps {
  readonly reports: Pick<ReportStore, 'get' | 'settle'>;
  readonly clock: Clock;
}

/**
 * Settles a report, or opens it again. The caller has made sure that an administrator asks. Repeating it changes nothing
 * but the note, if another one is given; of two administrators at once the later one decides.
 * Throws `report.not_found`, or `unavailable` when others are always first.
 */
export async function settleReport(
  adminId: string,
  reportId: string,
  request: UpdateReportRequest,
  { reports, clock }: Deps,
): Promise<Report> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const report = reportId === '' ? undefined : await reports.get(reportId);
    if (!report) throw new AppError('report.not_found');
    const state = stateAfter(report, request, { by: adminId, at: isoTime(clock.now()) });
    if (!state) return report;
    if (await reports.settle(report, state)) return { ...report, ...state };
  }
  throw new AppError('unavailable', 'others are settling the same report, try again');
}

/** undefined: it is like that already. */
function stateAfter(
  report: Report,
  { status, note }: UpdateReportRequest,
  now: { by: string; at: string },
): ReportState | undefined {
  if (status === 'open') return report.status === 'open' ? undefined : { status };
  const noted = note === undefined || note === '' ? {} : { note };
  if (report.status !== status) return { status, settlement: { ...now, ...noted } };
  if (note === undefined || note === (report.settlement.note ?? '')) return undefined;
  const { by, at } = report.settlement;
  return { status, settlement: { by, at, ...noted } };
}
