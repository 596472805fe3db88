/** `message.send` → MessageAccepted in the FIFO queue. */
import { messageSendFrame } from '../../events/client-frames.ts';
import { submitMessage } from '../../shared/messages/submit-message.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine } from '../lib/log.ts';
import { frameHandler } from '../lib/ws.ts';

const env = environment('ws/send-message');
const frameDeps = { gateway: deps.sockets(env), connections: deps.connections(env) };
const submitDeps = {
  gate: deps.gate(env),
  blocks: deps.blocks(env),
  conversations: deps.conversations(env),
  messages: deps.messages(env),
  queue: deps.messageQueue(env),
};

export const handler = frameHandler(messageSendFrame, frameDeps, async (request) => {
  const { convo_id, client_msg_id } = request.frame;
  addToLogLine({ stage: 'accepted', convo_id, client_msg_id });
  await submitMessage(request, submitDeps);
});
