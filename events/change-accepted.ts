/**
 * A change of a message that a live session may ask for and that waits in the FIFO queue for its change number, in one
 * order with the messages of its conversation.
 * Producer: functions/ws/change-message. Consumer: functions/consumers/process-messages.
 * Every shape ever shipped stays readable: samples/change-accepted.*.v*.json.
 */
import * as z from 'zod/mini';
import {
  clientMsgId,
  conversationId,
  emoji,
  mention,
  messageContent,
  messageSeq,
  userId,
} from './client-frames.ts';
import { messageAccepted } from './message-accepted.ts';

const target = { seq_no: messageSeq };

export const messageChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('edit'),
    ...target,
    content: messageContent,
    mentions: z.optional(z.array(mention)),
  }),
  z.object({ kind: z.literal('delete'), ...target }),
  z.object({ kind: z.literal('react'), ...target, emoji }),
  z.object({ kind: z.literal('unreact'), ...target, emoji }),
  z.object({ kind: z.literal('pin'), ...target }),
  z.object({ kind: z.literal('unpin'), ...target }),
]);

export const changeAccepted = z.object({
  name: z.literal('change.accepted'),
  version: z.literal(1),
  convo_id: conversationId,
  sender_id: userId,
  session_id: z.string(),
  /** The connection that waits for the ack. */
  connection_id: z.string(),
  client_msg_id: clientMsgId,
  client_seq: z.optional(z.int()),
  change: messageChange,
  /** When API Gateway received the frame, milliseconds since the epoch. */
  accepted_at_ms: z.int(),
  request_id: z.string(),
});

/** Everything that moves a conversation's timeline. */
export const timelineEvent = z.discriminatedUnion('name', [messageAccepted, changeAccepted]);

export type MessageChange = z.infer<typeof messageChange>;
export type ChangeAccepted = z.infer<typeof changeAccepted>;
export type TimelineEvent = z.infer<typeof timelineEvent>;
