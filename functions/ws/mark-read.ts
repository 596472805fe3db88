/** `message.read`, `message.delivered`, `message.unread`, `thread.read`, `threads.read` → a member's mark, told to everybody whom it concerns. */
import * as z from 'zod/mini';
import {
  messageDeliveredFrame,
  messageReadFrame,
  messageUnreadFrame,
  threadReadFrame,
  threadsReadFrame,
} from '../../events/client-frames.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import type { Connection } from '../../shared/connections/connection-store.ts';
import { pushEvents, pushToUsers } from '../../shared/connections/push.ts';
import type { MemberNews } from '../../shared/conversations/audience.ts';
import { markDelivered } from '../../shared/conversations/mark-delivered.ts';
import { markRead } from '../../shared/conversations/mark-read.ts';
import { markUnread } from '../../shared/conversations/mark-unread.ts';
import { markThread } from '../../shared/threads/mark-thread.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { type FrameRequest, frameHandler } from '../lib/ws.ts';

const env = environment('ws/mark-read');
const pushDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const gate = deps.gate(env);
const stores = {
  conversations: deps.conversations(env),
  messages: deps.messages(env),
  threadMarks: deps.threadMarks(env),
  users: deps.users(env),
};

const markFrame = z.discriminatedUnion('action', [
  messageReadFrame,
  messageDeliveredFrame,
  messageUnreadFrame,
  threadReadFrame,
  threadsReadFrame,
]);
type MarkFrame = z.infer<typeof markFrame>;

export const handler = frameHandler(markFrame, pushDeps, async (request) => {
  const { frame, identity, connectionId } = request;
  const seq_no = frame.action === 'thread.read' ? frame.thread : frame.seq_no;
  addToLogLine({ convo_id: frame.convo_id, seq_no });
  await gate.admit(identity, frame.action === 'message.delivered' ? 'message.delivered' : 'message.read');
  const { event, audience } = await moveMark(request);
  // Who does not show how far they have read is not told of others either.
  const hears = ({ userId, hides = [] }: Connection) =>
    userId === identity.userId || !hides.includes('read_receipts');
  if (audience.length > 0) await pushToUsers(audience, [event], pushDeps, hears);
  else await pushEvents([{ connection: { ...identity, connectionId }, events: [event] }], pushDeps);
});

async function moveMark(request: FrameRequest<MarkFrame>): Promise<MemberNews<ServerEvent>> {
  const { frame, identity, receivedAtMs } = request;
  switch (frame.action) {
    case 'message.read':
      return await markRead(identity.userId, { ...frame, receivedAtMs }, stores);
    case 'message.delivered':
      return await markDelivered(identity.userId, frame, stores);
    case 'message.unread':
      return await markUnread(identity.userId, { ...frame, receivedAtMs }, stores);
    case 'thread.read':
    case 'threads.read':
      return await markThread(identity.userId, frame, stores);
  }
}
