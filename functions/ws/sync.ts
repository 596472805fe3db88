/** `sync` → everything missed since the client's cursors, then `synced`. */
import { syncFrame } from '../../events/client-frames.ts';
import { pushEvents } from '../../shared/connections/push.ts';
import { missedEvents } from '../../shared/conversations/sync.ts';
import { pendingInvites } from '../../shared/invites/list-invites.ts';
import { noticeView } from '../../shared/notices/notice.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/sync');
const pushDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const gate = deps.gate(env);
const stores = {
  conversations: deps.conversations(env),
  messages: deps.messages(env),
  users: deps.users(env),
  threadMarks: deps.threadMarks(env),
};
const notices = deps.notices(env);
const inviteDeps = { ...stores, invites: deps.invites(env), blocks: deps.blocks(env) };
const syncDeps = {
  ...stores,
  pendingInvites: (userId: string) => pendingInvites(userId, inviteDeps),
  activeNotices: async (userId: string) => (await notices.activeFor(userId)).map(noticeView),
};

export const handler = frameHandler(syncFrame, pushDeps, async ({ frame, identity, connectionId }) => {
  await gate.admit(identity, 'sync');
  const events = await missedEvents(identity.userId, frame.cursors, syncDeps);
  addToLogLine({ cursors: Object.keys(frame.cursors).length, events: events.length });
  await pushEvents([{ connection: { ...identity, connectionId }, events }], pushDeps);
});
