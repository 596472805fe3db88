/**
 * A message that a live session may send and that waits in the FIFO queue for its sequence number.
 * Producer: functions/ws/send-message. Consumer: functions/consumers/process-messages.
 * Every shape ever shipped stays readable: samples/message-accepted.v*.json.
 */
import * as z from 'zod/mini';
import {
  clientMsgId,
  conversationId,
  mention,
  messageSeq,
  optionalContent,
  userId,
} from './client-frames.ts';
import { forwardedMessage } from './server-frames.ts';

/** Who asked for something in a conversation's timeline, where and when. */
export const envelope = {
  version: z.literal(1),
  convo_id: conversationId,
  sender_id: userId,
  session_id: z.string(),
  /** The connection that waits for the ack; empty for who asked over HTTP. */
  connection_id: z.string(),
  client_msg_id: clientMsgId,
  client_seq: z.optional(z.int()),
  /** When API Gateway received the frame, milliseconds since the epoch. */
  accepted_at_ms: z.int(),
  request_id: z.string(),
};

export const messageAccepted = z
  .object({
    name: z.literal('message.accepted'),
    ...envelope,
    content: optionalContent,
    reply_to: z.optional(messageSeq),
    mentions: z.optional(z.array(mention)),
    /** Those among `mentions` who have a block between them and the sender: they are not to hear of it. */
    silent_mentions: z.optional(z.array(userId)),
    thread: z.optional(messageSeq),
    /** The message as the sender could read it; `from` names it, to tell a retry from another request. */
    forwarded: z.optional(z.extend(forwardedMessage, { from: z.string() })),
  })
  .check(
    z.refine(({ content, forwarded }) => content.trim().length > 0 || forwarded !== undefined, {
      error: 'must not be empty',
      path: ['content'],
    }),
  );

export type MessageAccepted = z.infer<typeof messageAccepted>;
