/** Reports, and their queue for those who run the deployment; to everybody else the queue is not there. */
import { systemClock } from '../../shared/clock.ts';
import { assertAdmin } from '../../shared/moderation/admins.ts';
import { listReports, viewReport } from '../../shared/moderation/list-reports.ts';
import { settleReport } from '../../shared/moderation/settle-report.ts';
import { submitReport } from '../../shared/moderation/submit-report.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';
import { addToLogLine } from '../lib/log.ts';

const env = environment('http/moderation');
const stores = {
  reports: deps.reports(env),
  users: deps.users(env),
  conversations: deps.conversations(env),
  messages: deps.messages(env),
  clock: systemClock,
};
const adminDeps = { users: stores.users, admins: deps.admins(env) };

export const handler = httpHandler(
  {
    'POST /reports': {
      action: 'report.create',
      async run({ identity, body }) {
        const report_id = await submitReport(identity.userId, body, stores);
        addToLogLine({ report_id, category: body.category, convo_id: body.convo_id, seq_no: body.seq_no });
        return { status: 202, body: { report_id } };
      },
    },

    'GET /admin/reports': {
      async run({ identity, query }) {
        await assertAdmin(identity, adminDeps);
        return { status: 200, body: await listReports(query, stores) };
      },
    },

    'PATCH /admin/reports/{id}': {
      action: 'admin.change',
      async run({ identity, path, body }) {
        await assertAdmin(identity, adminDeps);
        const report = await settleReport(identity.userId, path.id ?? '', body, stores);
        addToLogLine({ report_id: report.reportId, report_status: report.status });
        return { status: 200, body: await viewReport(report, stores) };
      },
    },
  },
  deps.authentication(env),
);
