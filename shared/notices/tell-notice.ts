import type { NoticePublished } from '../../events/notice-published.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import type { AllConnections } from '../connections/all-connections.ts';
import type { Connection, ConnectionStore } from '../connections/connection-store.ts';
import { type PushSummary, pushEvents, type SocketGateway } from '../connections/push.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { limits } from '../limits.ts';
import type { NoticeQueue } from './notice-queue.ts';
import type { NoticeStore } from './notice-store.ts';

export interface TellDeps {
  readonly notices: Pick<NoticeStore, 'get' | 'assign'>;
  readonly queue: NoticeQueue;
  readonly conversations: Pick<ConversationStore, 'rosterPage'>;
  readonly connections: Pick<ConnectionStore, 'ofUsers' | 'forget'>;
  readonly everybody: AllConnections;
  readonly gateway: SocketGateway;
}

/** Whom a step tells, and where the next one begins. */
interface Step {
  readonly connections: readonly Connection[];
  readonly next: string | undefined;
}

/**
 * One step of telling a notice: some members of a conversation, to whom it is given to keep, or some of all connections.
 * The next step is sent last, so that a failure takes this one again: clients know a notice by its id. One that was taken
 * back meanwhile is told to nobody more.
 */
export async function tellNotice(event: NoticePublished, deps: TellDeps): Promise<PushSummary> {
  const { audience, withdrawn } = event;
  const noticeId = event.notice.notice_id ?? '';
  const notice = withdrawn ? undefined : await deps.notices.get(noticeId);
  if (!withdrawn && !notice) return { frames: 0, gone: 0, failed: 0 };
  const step =
    audience.kind === 'everybody'
      ? await deps.everybody.page(event.after)
      : await membersStep(audience.convo_id, event.after, deps, (userIds) =>
          notice ? deps.notices.assign(notice, userIds) : Promise.resolve(),
        );
  const events: ServerEvent[] = [
    withdrawn ? { type: 'notice.dismissed', notice_id: noticeId } : event.notice,
  ];
  const summary = await pushEvents(
    step.connections.map((connection) => ({ connection, events })),
    deps,
  );
  if (step.next !== undefined) {
    const { name: _, version: __, ...rest } = event;
    await deps.queue.enqueue({ ...rest, after: step.next });
  }
  return summary;
}

async function membersStep(
  convoId: string,
  after: string | undefined,
  deps: TellDeps,
  assign: (userIds: readonly string[]) => Promise<void>,
): Promise<Step> {
  const { members, next } = await deps.conversations.rosterPage(convoId, {
    limit: limits.membersPageMax,
    after,
  });
  const userIds = members.map(({ userId }) => userId);
  await assign(userIds);
  return { connections: await deps.connections.ofUsers(userIds), next };
}
