/**
 * What a client may send over its socket: `{action, …}`, snake_case.
 * Unknown fields are dropped, so a client cannot name a sender, a sequence number or a time.
 * Producers: web/, any client. Consumers: functions/ws/*.
 */

import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { limits } from '../shared/limits.ts';

z.config(en());

export const conversationId = z.string().check(z.regex(/^[cd]_[0-9A-Za-z]{26,32}$/));
export const userId = z.string().check(z.regex(/^u_[0-9A-Z]{26}$/));
export const seqNo = z.int().check(z.nonnegative());

/** Chosen by the client, unique per sender and conversation for ever: a retry carries the same one. */
export const clientMsgId = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(limits.clientMsgIdMaxChars),
    z.regex(/^[\w.:~-]+$/, 'letters, digits and . : ~ _ - only'),
  );

/**
 * SQS accepts exactly the characters of XML 1.0, and DynamoDB no lone surrogates: a text with others could be
 * accepted here and lost later, so it is refused here.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const notTransportable = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export const messageContent = z.string().check(
  z.maxLength(limits.messageContentMaxChars),
  z.refine((text) => text.trim().length > 0, 'must not be empty'),
  z.refine((text) => !notTransportable.test(text), 'has control characters or broken Unicode'),
);

/** Named on the wire, but not stored yet: refused rather than lost. */
const notYet = z.optional(z.array(z.unknown()).check(z.maxLength(0, 'is not supported yet')));

/** The number of a message that there is. */
export const messageSeq = z.int().check(z.positive());
/** People by id, or everybody: what `@handle` and `@all` in the text stand for. */
export const mention = z.union([userId, z.literal('all')]);
const mentions = z.array(mention).check(z.maxLength(limits.mentionsMax));
const oneEmoji = /^\p{RGI_Emoji}$/v;
/** One emoji as Unicode recommends it for interchange, with its skin tone and all. */
export const emoji = z.string().check(
  z.maxLength(limits.emojiMaxChars),
  // A refinement, because no JSON Schema can say it: their patterns know no sets of sequences.
  z.refine((text) => oneEmoji.test(text), 'must be one emoji'),
);

export const messageSendFrame = z.object({
  action: z.literal('message.send'),
  convo_id: conversationId,
  client_msg_id: clientMsgId,
  content: messageContent,
  /** 1, 2, 3 … per client and conversation: keeps the order of sends that are on their way together. */
  client_seq: z.optional(z.int().check(z.nonnegative())),
  /** The number of the message that this one answers. */
  reply_to: z.optional(z.nullable(messageSeq)),
  attachments: notYet,
  mentions: z.optional(mentions),
});

/**
 * A change of a message. `client_msg_id` is the id of this request: a retry carries the same one, and the answer is a
 * `message.ack` with it, as for a message.
 */
const change = {
  convo_id: conversationId,
  client_msg_id: clientMsgId,
  seq_no: messageSeq,
  client_seq: z.optional(z.int().check(z.nonnegative())),
};
export const messageEditFrame = z.object({
  action: z.literal('message.edit'),
  ...change,
  content: messageContent,
  mentions: z.optional(mentions),
});
export const messageDeleteFrame = z.object({ action: z.literal('message.delete'), ...change });
export const reactionAddFrame = z.object({ action: z.literal('reaction.add'), ...change, emoji });
export const reactionRemoveFrame = z.object({ action: z.literal('reaction.remove'), ...change, emoji });
export const messagePinFrame = z.object({ action: z.literal('message.pin'), ...change });
export const messageUnpinFrame = z.object({ action: z.literal('message.unpin'), ...change });
export const messageChangeFrame = z.discriminatedUnion('action', [
  messageEditFrame,
  messageDeleteFrame,
  reactionAddFrame,
  reactionRemoveFrame,
  messagePinFrame,
  messageUnpinFrame,
]);

export const messageReadFrame = z.object({
  action: z.literal('message.read'),
  convo_id: conversationId,
  seq_no: seqNo,
});

export const messageDeliveredFrame = z.object({
  action: z.literal('message.delivered'),
  convo_id: conversationId,
  seq_no: seqNo,
});

/** Puts a member's own mark back: everything after `seq_no` counts as unread again. */
export const messageUnreadFrame = z.object({
  action: z.literal('message.unread'),
  convo_id: conversationId,
  seq_no: seqNo,
});

export const typingFrame = z.object({
  action: z.enum(['typing.start', 'typing.stop']),
  convo_id: conversationId,
});

/** The last sequence number that the client holds without a gap and, if it keeps changes, the last change number. */
export const syncCursor = z.union([seqNo, z.object({ seq_no: seqNo, rev: seqNo })]);

export const syncFrame = z.object({
  action: z.literal('sync'),
  cursors: z._default(
    z
      .record(conversationId, syncCursor)
      .check(
        z.refine(
          (cursors) => Object.keys(cursors).length <= limits.syncCursorsMax,
          `at most ${limits.syncCursorsMax} cursors`,
        ),
      ),
    {},
  ),
});

export const pingFrame = z.object({ action: z.literal('ping') });

export type MessageSendFrame = z.infer<typeof messageSendFrame>;
export type MessageReadFrame = z.infer<typeof messageReadFrame>;
export type SyncFrame = z.infer<typeof syncFrame>;
export type PingFrame = z.infer<typeof pingFrame>;
export type MessageChangeFrame = z.infer<typeof messageChangeFrame>;
export type MessageDeliveredFrame = z.infer<typeof messageDeliveredFrame>;
export type MessageUnreadFrame = z.infer<typeof messageUnreadFrame>;
export type TypingFrame = z.infer<typeof typingFrame>;
export type SyncCursor = z.infer<typeof syncCursor>;
export type Mention = z.infer<typeof mention>;
export type ClientFrame =
  | MessageSendFrame
  | MessageChangeFrame
  | MessageReadFrame
  | MessageDeliveredFrame
  | MessageUnreadFrame
  | TypingFrame
  | SyncFrame
  | PingFrame;
