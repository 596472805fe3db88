/**
 * A message that a live session may send and that waits in the FIFO queue for its sequence number.
 * Producer: functions/ws/send-message. Consumer: functions/consumers/process-messages.
 * Every shape ever shipped stays readable: samples/message-accepted.v*.json.
 */
import * as z from 'zod/mini';
import { clientMsgId, conversationId, mention, messageContent, messageSeq, userId } from './client-frames.ts';

export const messageAccepted = z.object({
  name: z.literal('message.accepted'),
  version: z.literal(1),
  convo_id: conversationId,
  sender_id: userId,
  session_id: z.string(),
  /** The connection that waits for the ack. */
  connection_id: z.string(),
  client_msg_id: clientMsgId,
  client_seq: z.optional(z.int()),
  content: messageContent,
  reply_to: z.optional(messageSeq),
  mentions: z.optional(z.array(mention)),
  /** When API Gateway received the frame, milliseconds since the epoch. */
  accepted_at_ms: z.int(),
  request_id: z.string(),
});

export type MessageAccepted = z.infer<typeof messageAccepted>;
