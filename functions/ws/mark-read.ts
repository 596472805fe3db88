/** `message.read`, `message.delivered`, `message.unread` → a member's mark, told to everybody whom it concerns. */
import * as z from 'zod/mini';
import { messageDeliveredFrame, messageReadFrame, messageUnreadFrame } from '../../events/client-frames.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import { pushEvents, pushToUsers } from '../../shared/connections/push.ts';
import type { MemberNews } from '../../shared/conversations/audience.ts';
import { markDelivered } from '../../shared/conversations/mark-delivered.ts';
import { markRead } from '../../shared/conversations/mark-read.ts';
import { markUnread } from '../../shared/conversations/mark-unread.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { type FrameRequest, frameHandler } from '../lib/ws.ts';

const env = environment('ws/mark-read');
const pushDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const gate = deps.gate(env);
const stores = { conversations: deps.conversations(env) };

const markFrame = z.discriminatedUnion('action', [
  messageReadFrame,
  messageDeliveredFrame,
  messageUnreadFrame,
]);
type MarkFrame = z.infer<typeof markFrame>;

export const handler = frameHandler(markFrame, pushDeps, async (request) => {
  const { frame, identity, connectionId } = request;
  addToLogLine({ convo_id: frame.convo_id, seq_no: frame.seq_no });
  await gate.admit(identity, frame.action === 'message.delivered' ? 'message.delivered' : 'message.read');
  const { event, audience } = await moveMark(request);
  if (audience.length > 0) await pushToUsers(audience, [event], pushDeps);
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
  }
}
