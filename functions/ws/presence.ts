/** `presence.subscribe` → how these people are, now and from now on; `presence.set` → told to whoever watches. */
import { presenceFrame } from '../../events/client-frames.ts';
import { pushEvents } from '../../shared/connections/push.ts';
import { setPresence } from '../../shared/presence/set-presence.ts';
import { subscribePresence } from '../../shared/presence/subscribe-presence.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { presenceDeps } from '../lib/presence-deps.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/presence');
const useCases = presenceDeps(env);
const gate = deps.gate(env);

export const handler = frameHandler(presenceFrame, useCases, async (request) => {
  const { frame, identity, connectionId, receivedAtMs } = request;
  const connection = { ...identity, connectionId };
  await gate.admit(identity, frame.action === 'presence.set' ? 'presence.set' : 'presence.subscribe');
  if (frame.action === 'presence.set') return await setPresence(connection, frame, useCases);
  const userIds = frame.user_ids;
  addToLogLine({ people: userIds.length });
  if (frame.action === 'presence.unsubscribe')
    return await useCases.watches.unwatch(connection, userIds, receivedAtMs);
  const events = await subscribePresence(connection, { userIds, receivedAtMs }, useCases);
  await pushEvents([{ connection, events }], useCases);
});
