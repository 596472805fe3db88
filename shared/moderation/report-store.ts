import type { Report, ReportState } from './report.ts';

export interface ReportPage {
  /** The oldest first. */
  readonly reports: Report[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

/** What people reported, in one queue per status. All reads are strongly consistent. */
export interface ReportStore {
  /** Does nothing when there is a report with this id, whatever became of it. */
  add(report: Report): Promise<void>;
  get(reportId: string): Promise<Report | undefined>;
  list(status: Report['status'], options: { limit: number; after?: string | undefined }): Promise<ReportPage>;
  /** Moves a report to the queue of its new state. False: its state was not `from` any more; nothing was written. */
  settle(report: Report, to: ReportState): Promise<boolean>;
}
