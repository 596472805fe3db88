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

export const messageSendFrame = z.object({
  action: z.literal('message.send'),
  convo_id: conversationId,
  client_msg_id: clientMsgId,
  content: messageContent,
  /** 1, 2, 3 … per client and conversation: keeps the order of sends that are on their way together. */
  client_seq: z.optional(z.int().check(z.nonnegative())),
  reply_to: z.optional(z.null('is not supported yet')),
  attachments: notYet,
  mentions: notYet,
});

export const messageReadFrame = z.object({
  action: z.literal('message.read'),
  convo_id: conversationId,
  seq_no: seqNo,
});

export const syncFrame = z.object({
  action: z.literal('sync'),
  /** Conversation id → the last sequence number that the client holds without a gap. */
  cursors: z._default(
    z
      .record(conversationId, seqNo)
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
export type ClientFrame = MessageSendFrame | MessageReadFrame | SyncFrame | PingFrame;
