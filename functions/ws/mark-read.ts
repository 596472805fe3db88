/** `message.read` → the member's read mark, told to everybody whom it concerns. */
import { messageReadFrame } from '../../events/client-frames.ts';
import { pushEvents, pushToUsers } from '../../shared/connections/push.ts';
import { markRead } from '../../shared/conversations/mark-read.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/mark-read');
const pushDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const gate = deps.gate(env);
const conversations = deps.conversations(env);

export const handler = frameHandler(messageReadFrame, pushDeps, async ({ frame, identity, connectionId }) => {
  addToLogLine({ convo_id: frame.convo_id, seq_no: frame.seq_no });
  await gate.admit(identity, 'message.read');
  const { event, audience } = await markRead(identity.userId, frame, { conversations });
  if (audience.length > 0) await pushToUsers(audience, [event], pushDeps);
  else await pushEvents([{ connection: { ...identity, connectionId }, events: [event] }], pushDeps);
});
