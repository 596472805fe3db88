import type { PublishNoticeRequest } from '../../events/admin-contracts.ts';
import { type Clock, isoTime } from '../clock.ts';
import type { ConnectionStore } from '../connections/connection-store.ts';
import { pushToUsers, type SocketGateway } from '../connections/push.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import { type Ids, sha256 } from '../ids.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Audience, type Notice, noticeView } from './notice.ts';
import type { NoticeQueue } from './notice-queue.ts';
import type { NoticeStore } from './notice-store.ts';

export interface PublishDeps {
  readonly notices: NoticeStore;
  readonly queue: NoticeQueue;
  readonly users: Pick<UserStore, 'get'>;
  readonly conversations: Pick<ConversationStore, 'get'>;
  readonly connections: ConnectionStore;
  readonly gateway: SocketGateway;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'message'>;
}

/** A request that is sent again with the same key is the same notice. */
interface Publisher {
  readonly adminId: string;
  readonly idempotencyKey: string | undefined;
}

/**
 * Keeps a notice and tells it: to one person at once, to many by the queue. It is kept before it is told, so that whoever is
 * away, or misses the push, finds it at the next sync. Throws `user.not_found` or `conversation.not_found`.
 */
export async function publishNotice(
  request: PublishNoticeRequest,
  { adminId, idempotencyKey }: Publisher,
  deps: PublishDeps,
): Promise<Notice> {
  await assertThere(request.audience, deps);
  const now = deps.clock.now();
  const notice: Notice = {
    noticeId:
      idempotencyKey === undefined
        ? deps.ids.message().replace(/^m_/, 'n_')
        : `n_${sha256(JSON.stringify([adminId, idempotencyKey])).slice(0, 26)}`,
    audience: request.audience,
    code: request.code,
    params: request.params,
    severity: request.severity,
    createdAt: isoTime(now),
    expiresAt: isoTime(now + request.expires_in_seconds * 1000),
  };
  await deps.notices.put(notice);
  if (notice.audience.kind === 'user') await tellPerson(notice.audience.user_id, notice, deps);
  else await deps.queue.enqueue({ notice: noticeView(notice), audience: notice.audience });
  return notice;
}

/**
 * Takes a notice back: nobody finds it any more, and clients are told to show it no more. Throws `notice.not_found`.
 */
export async function withdrawNotice(noticeId: string, deps: PublishDeps): Promise<void> {
  const notice = await deps.notices.get(noticeId);
  if (!notice) throw new AppError('notice.not_found');
  const { audience } = notice;
  // Told before it is gone: what fails in between is found by asking again.
  if (audience.kind === 'user') {
    await pushToUsers([audience.user_id], [{ type: 'notice.dismissed', notice_id: noticeId }], deps);
  } else await deps.queue.enqueue({ notice: noticeView(notice), audience, withdrawn: true });
  await deps.notices.remove(notice);
}

async function tellPerson(userId: string, notice: Notice, deps: PublishDeps): Promise<void> {
  await deps.notices.assign(notice, [userId]);
  await pushToUsers([userId], [noticeView(notice)], deps);
}

async function assertThere(audience: Audience, { users, conversations }: PublishDeps): Promise<void> {
  if (audience.kind === 'user') {
    const person = await users.get(audience.user_id);
    if (!person || person.deletedAt !== undefined) throw new AppError('user.not_found');
  }
  if (audience.kind === 'conversation' && !(await conversations.get(audience.convo_id)))
    throw new AppError('conversation.not_found');
}
