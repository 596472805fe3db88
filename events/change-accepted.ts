/**
 * A change of a message that a live session may ask for and that waits in the FIFO queue for its change number, in one
 * order with the messages of its conversation.
 * Producer: functions/ws/change-message. Consumer: functions/consumers/process-messages.
 * Every shape ever shipped stays readable: samples/change-accepted.*.v*.json.
 */
import * as z from 'zod/mini';
import { emoji, mention, messageContent, messageSeq, userId } from './client-frames.ts';
import { envelope, messageAccepted } from './message-accepted.ts';

const target = { seq_no: messageSeq };

export const messageChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('edit'),
    ...target,
    content: messageContent,
    mentions: z.optional(z.array(mention)),
    /** Those among `mentions` who have a block between them and the sender: they are not to hear of it. */
    silent_mentions: z.optional(z.array(userId)),
  }),
  z.object({ kind: z.literal('delete'), ...target }),
  z.object({ kind: z.literal('react'), ...target, emoji }),
  z.object({ kind: z.literal('unreact'), ...target, emoji }),
  z.object({ kind: z.literal('pin'), ...target }),
  z.object({ kind: z.literal('unpin'), ...target }),
]);

export const changeAccepted = z.object({
  name: z.literal('change.accepted'),
  ...envelope,
  change: messageChange,
});

/** Everything that moves a conversation's timeline. */
export const timelineEvent = z.discriminatedUnion('name', [messageAccepted, changeAccepted]);

export type MessageChange = z.infer<typeof messageChange>;
export type ChangeAccepted = z.infer<typeof changeAccepted>;
export type TimelineEvent = z.infer<typeof timelineEvent>;
