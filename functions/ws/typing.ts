/** `typing.start`, `typing.stop` → told to the other members, and kept nowhere. */
import { typingFrame } from '../../events/client-frames.ts';
import { pushEvents } from '../../shared/connections/push.ts';
import { announceTyping, ofNotTooMany } from '../../shared/conversations/announce-typing.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/typing');
const pushDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const gate = deps.gate(env);
const limiter = deps.subjectLimiter(env);
const stores = { conversations: deps.conversations(env), users: deps.users(env) };

export const handler = frameHandler(typingFrame, pushDeps, async ({ frame, identity }) => {
  addToLogLine({ convo_id: frame.convo_id });
  await gate.admit(identity, 'typing');
  if (frame.action === 'typing.start')
    await limiter.take('typing.conversation', `${identity.userId} ${frame.convo_id}`);
  const { event, audience } = await announceTyping(identity.userId, frame, stores);
  if (audience.length === 0) return;
  const connections = ofNotTooMany(await pushDeps.connections.ofUsers(audience));
  await pushEvents(
    connections.map((connection) => ({ connection, events: [event] })),
    pushDeps,
  );
});
