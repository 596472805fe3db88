import { describe, expect, it } from 'vitest';
import { reportView as reportViewSchema } from '../../events/admin-contracts.ts';
import {
  aMessage,
  anna,
  aProfile,
  ben,
  cleo,
  instantBackoff,
  movableClock,
  startMs,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryReportStore } from '../../test/support/in-memory-report-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { messageView } from '../messages/message.ts';
import { dynamoReportStore } from './dynamo-report-store.ts';
import { listReports, viewReport } from './list-reports.ts';
import type { Report } from './report.ts';
import type { ReportStore } from './report-store.ts';
import { settleReport } from './settle-report.ts';

const database = testDatabase();
let prefix = 0;

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores: Record<string, () => ReportStore> = {
  DynamoDB() {
    const { client, tables } = database();
    return dynamoReportStore({ client, ...tables, backoff: instantBackoff() });
  },
  'the in-memory stand-in': inMemoryReportStore,
};

/** Long ago enough, each test later than the one before, so that its reports are the last of a table that all share. */
function aReport(minute: number, report: Partial<Report> = {}): Report {
  return {
    reportId: `r_${prefix}_${minute}`,
    status: 'open',
    reporterId: anna,
    reportedId: ben,
    category: 'spam',
    createdAt: new Date(startMs + (prefix * 1_000 + minute) * 60_000).toISOString(),
    ...report,
  } as Report;
}

describe.each(Object.entries(stores))('the queue of reports on %s', (_, open) => {
  const setup = async (...reports: Report[]) => {
    const store = open();
    for (const report of reports) await store.add(report);
    const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'), aProfile('cleo'));
    const clock = movableClock(startMs + 1);
    const settle = (id: string, request: Parameters<typeof settleReport>[2], admin = cleo) =>
      settleReport(admin, id, request, { reports: store, clock });
    /** Of this test's reports. */
    const ids = async (status: Report['status']) => {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.list(status, { limit: 2, after });
        found.push(...page.reports.map(({ reportId }) => reportId));
        after = page.next;
      } while (after !== undefined);
      return found.filter((id) => id.startsWith(`r_${prefix}_`));
    };
    return { store, users, clock, settle, ids };
  };
  const fresh = () => {
    prefix += 1;
  };

  it('[X3] shows the oldest first, page by page', async () => {
    fresh();
    const { ids } = await setup(aReport(3), aReport(1), aReport(2), aReport(5), aReport(4));
    expect(await ids('open')).toEqual([1, 2, 3, 4, 5].map((minute) => `r_${prefix}_${minute}`));
  });

  it('[X2] keeps the first of several with one id, also after it was settled', async () => {
    fresh();
    const report = aReport(1, { note: 'first' });
    const { store, settle, ids } = await setup(report, { ...report, note: 'second' });
    expect(await store.get(report.reportId)).toEqual(report);
    await settle(report.reportId, { status: 'dismissed' });
    await store.add(report);
    expect([await ids('open'), await ids('dismissed')]).toEqual([[], [report.reportId]]);
  });

  it('keeps everything that was reported', async () => {
    fresh();
    const message = messageView(aMessage({ seq: 7, mentions: [anna], editedAt: 'then' }));
    const report = aReport(1, { note: 'see there', message });
    const { store } = await setup(report);
    expect(await store.get(report.reportId)).toEqual(report);
    expect(await store.get('r_nothing')).toBeUndefined();
  });

  it('[X3] moves a report from queue to queue, and says who did it and when', async () => {
    fresh();
    const report = aReport(1);
    const { settle, ids, store, clock } = await setup(report);
    const at = new Date(clock.now()).toISOString();
    const settled = await settle(report.reportId, { status: 'resolved', note: 'warned' });
    expect(settled).toMatchObject({ status: 'resolved', settlement: { by: cleo, at, note: 'warned' } });
    expect(await store.get(report.reportId)).toEqual(settled);
    expect([await ids('open'), await ids('resolved')]).toEqual([[], [report.reportId]]);
    await settle(report.reportId, { status: 'open' });
    expect(await store.get(report.reportId)).toEqual(report);
    expect([await ids('open'), await ids('resolved')]).toEqual([[report.reportId], []]);
  });

  it('[X3] changes nothing when it is settled so already, but for another note', async () => {
    fresh();
    const report = aReport(1);
    const { settle, clock } = await setup(report);
    const first = await settle(report.reportId, { status: 'resolved', note: 'warned' });
    clock.advance(1_000);
    expect(await settle(report.reportId, { status: 'resolved' }, ben)).toEqual(first);
    expect(await settle(report.reportId, { status: 'resolved', note: 'warned' }, ben)).toEqual(first);
    const noted = await settle(report.reportId, { status: 'resolved', note: 'warned twice' }, ben);
    const { by, at } = first.status === 'open' ? { by: '', at: '' } : first.settlement;
    expect(noted).toMatchObject({ settlement: { by, at, note: 'warned twice' } });
  });

  it('[X3] is in one queue after any number of administrators at once', async () => {
    fresh();
    const report = aReport(1);
    const { settle, ids, store } = await setup(report);
    const asked = ['resolved', 'dismissed', 'open', 'resolved', 'dismissed'] as const;
    await Promise.all(asked.map((status, index) => settle(report.reportId, { status, note: `${index}` })));
    const now = await store.get(report.reportId);
    const queues = await Promise.all((['open', 'resolved', 'dismissed'] as const).map(ids));
    expect(queues.flat()).toEqual([report.reportId]);
    expect(await ids(now?.status ?? 'open')).toEqual([report.reportId]);
  });

  it('[X3] knows no other report', async () => {
    const { settle } = await setup();
    for (const id of ['r_nothing', ''])
      await expect(settle(id, { status: 'open' })).rejects.toMatchObject({ code: 'report.not_found' });
  });

  it('shows the people in it as they are called now, and erased ones without their names', async () => {
    fresh();
    const report = aReport(1, { reportedId: cleo, message: messageView(aMessage({ senderId: cleo })) });
    const { store, users } = await setup(report);
    await users.erase(aProfile('cleo'), 'now');
    const view = reportViewSchema.parse(await viewReport(report, { users }));
    expect(view).toMatchObject({
      reporter: { handle: 'anna' },
      reported: { user_id: cleo, handle: 'deleted', deleted: true },
      message: { content: 'text 1' },
      resolved_by: null,
    });
    const page = await listReports({ status: 'open', limit: 50, cursor: '' }, { reports: store, users });
    expect(page.reports).toContainEqual(view);
  });
});
