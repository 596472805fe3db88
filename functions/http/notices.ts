/** What people should know: their own notices, and publishing them for those who run the deployment. */
import { systemClock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { randomIds } from '../../shared/ids.ts';
import { assertAdmin } from '../../shared/moderation/admins.ts';
import { dismissNotice } from '../../shared/notices/dismiss-notice.ts';
import { noticeView } from '../../shared/notices/notice.ts';
import { publishNotice, withdrawNotice } from '../../shared/notices/publish-notice.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/notices');
const users = deps.users(env);
const notices = deps.notices(env);
const adminDeps = { users, admins: deps.admins(env) };
const pushDeps = { connections: deps.connections(env), gateway: deps.sockets(env) };
const publishDeps = {
  ...pushDeps,
  notices,
  users,
  queue: deps.noticeQueue(env),
  conversations: deps.conversations(env),
  clock: systemClock,
  ids: randomIds,
};

export const handler = httpHandler(
  {
    'GET /notices': {
      async run({ identity }) {
        const active = await notices.activeFor(identity.userId);
        return { status: 200, body: { notices: active.map(noticeView) } };
      },
    },

    'POST /notices/{id}/dismiss': {
      action: 'notice.dismiss',
      async run({ identity, path }) {
        await dismissNotice(identity.userId, idOf(path), { ...pushDeps, notices });
        return { status: 204 };
      },
    },

    'POST /admin/notices': {
      action: 'admin.change',
      async run({ identity, body, idempotencyKey }) {
        await assertAdmin(identity, adminDeps);
        const publisher = { adminId: identity.userId, idempotencyKey };
        const { noticeId } = await publishNotice(body, publisher, publishDeps);
        return { status: 202, body: { notice_id: noticeId } };
      },
    },

    'DELETE /admin/notices/{id}': {
      action: 'admin.change',
      async run({ identity, path }) {
        await assertAdmin(identity, adminDeps);
        await withdrawNotice(idOf(path), publishDeps);
        return { status: 204 };
      },
    },
  },
  deps.authentication(env),
);

/** The id in the path. Text that cannot be one answers as a missing notice does. */
function idOf({ id = '' }: Readonly<Record<string, string | undefined>>): string {
  if (!/^n_[0-9A-Za-z]{26}$/.test(id)) throw new AppError('notice.not_found');
  return id;
}
