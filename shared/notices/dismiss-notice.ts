import type { ConnectionStore } from '../connections/connection-store.ts';
import { pushToUsers, type SocketGateway } from '../connections/push.ts';
import { AppError } from '../errors.ts';
import type { NoticeStore } from './notice-store.ts';

/** Shows somebody a notice no more, on any of their devices. Throws `notice.not_found`, foreign and missing alike. */
export async function dismissNotice(
  userId: string,
  noticeId: string,
  deps: {
    readonly notices: Pick<NoticeStore, 'get' | 'dismiss'>;
    readonly connections: ConnectionStore;
    readonly gateway: SocketGateway;
  },
): Promise<void> {
  const notice = await deps.notices.get(noticeId);
  if (!notice || !(await deps.notices.dismiss(userId, notice))) throw new AppError('notice.not_found');
  await pushToUsers([userId], [{ type: 'notice.dismissed', notice_id: noticeId }], deps);
}
