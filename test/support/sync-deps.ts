import type { InviteView, SystemNotice } from '../../events/server-frames.ts';
import type { ThreadMarks } from '../../shared/threads/thread-mark-store.ts';

/** What a sync brings beside the conversations: nothing, unless a test says so. */
export function besideConversations(
  given: {
    readonly threadMarks?: ReadonlyMap<string, ThreadMarks>;
    readonly invites?: readonly InviteView[];
    readonly notices?: readonly SystemNotice[];
  } = {},
) {
  return {
    threadMarks: { allOf: async () => new Map(given.threadMarks) },
    pendingInvites: async () => given.invites ?? [],
    activeNotices: async () => given.notices ?? [],
  };
}
