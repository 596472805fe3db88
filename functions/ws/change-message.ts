/** `message.edit`, `.delete`, `.pin`, `.unpin`, `reaction.add`, `.remove` → ChangeAccepted in the FIFO queue. */
import { messageChangeFrame } from '../../events/client-frames.ts';
import { submitChange } from '../../shared/messages/submit-change.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/change-message');
const frameDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const submitDeps = {
  gate: deps.gate(env),
  blocks: deps.blocks(env),
  conversations: deps.conversations(env),
  queue: deps.messageQueue(env),
};

export const handler = frameHandler(messageChangeFrame, frameDeps, async (request) => {
  const { action, convo_id, client_msg_id, seq_no } = request.frame;
  addToLogLine({ stage: 'accepted', action, convo_id, client_msg_id, seq_no });
  await submitChange(request, submitDeps);
});
