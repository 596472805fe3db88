/**
 * The Moderation table: what people reported to those who run the deployment. No stream reads it.
 *
 * | item   | pk                 | sk                       | attributes                                             |
 * |--------|--------------------|--------------------------|--------------------------------------------------------|
 * | report | REPORT#<report_id> | REPORT                   | report_id, status, reporter_id, reported_id, category, note?, message?, created_at, settlement? {by, at, note?} |
 * | queued | QUEUE#<status>     | <created_at>#<report_id> | report_id                                              |
 *
 * A report stands in one queue, that of its status, and moves in the transaction that settles it. Rows of a queue are small
 * and reports can be large: a page is one Query and one BatchGetItem.
 */
import type { Report } from './report.ts';

export const reportKey = (reportId: string) => ({ pk: `REPORT#${reportId}`, sk: 'REPORT' });
export const queuePartition = (status: Report['status']) => `QUEUE#${status}`;
export const queueKey = (status: Report['status'], { createdAt, reportId }: Report) => ({
  pk: queuePartition(status),
  sk: `${createdAt}#${reportId}`,
});
