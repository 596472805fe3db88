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

const transportable = z.refine<string>(
  (text) => !notTransportable.test(text),
  'has control characters or broken Unicode',
);
export const messageContent = z.string().check(
  z.maxLength(limits.messageContentMaxChars),
  z.refine((text) => text.trim().length > 0, 'must not be empty'),
  transportable,
);
/** Beside a forwarded message there need be no text of one's own. */
export const optionalContent = z.string().check(z.maxLength(limits.messageContentMaxChars), transportable);

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

/** What a message says, whichever way it is sent. */
const messageBody = {
  content: optionalContent,
  /** The number of the message that this one answers. */
  reply_to: z.optional(z.nullable(messageSeq)),
  /** The number of the message whose thread it belongs to; a message of a thread stands for its root. */
  thread: z.optional(z.nullable(messageSeq)),
  /** A message that the sender can read, to be shown with this one. */
  forward: z.optional(z.nullable(z.object({ convo_id: conversationId, seq_no: messageSeq }))),
  attachments: notYet,
  mentions: z.optional(mentions),
};
const saysSomething = z.refine<{ content: string; forward?: unknown }>(
  ({ content, forward }) => content.trim().length > 0 || Boolean(forward),
  { error: 'must not be empty', path: ['content'] },
);

export const messageSendFrame = z
  .object({
    action: z.literal('message.send'),
    convo_id: conversationId,
    client_msg_id: clientMsgId,
    ...messageBody,
    /** 1, 2, 3 … per client and conversation: keeps the order of sends that are on their way together. */
    client_seq: z.optional(z.int().check(z.nonnegative())),
  })
  .check(saysSomething);
/** The same over HTTP; without a `client_msg_id` the header `Idempotency-Key` is the message's id. */
export const messagePost = z
  .object({ client_msg_id: z.optional(clientMsgId), ...messageBody })
  .check(saysSomething);

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

/** So many messages of a thread were read. */
export const threadReadFrame = z.object({
  action: z.literal('thread.read'),
  convo_id: conversationId,
  thread: messageSeq,
  thread_seq: seqNo,
});
/** In all threads of a conversation everything up to this number was read. */
export const threadsReadFrame = z.object({
  action: z.literal('threads.read'),
  convo_id: conversationId,
  seq_no: seqNo,
});
export const threadMarkFrame = z.discriminatedUnion('action', [threadReadFrame, threadsReadFrame]);

const people = z.array(userId).check(z.minLength(1), z.maxLength(limits.presenceSubscriptionsMax));
export const presenceSubscribeFrame = z.object({ action: z.literal('presence.subscribe'), user_ids: people });
export const presenceUnsubscribeFrame = z.object({
  action: z.literal('presence.unsubscribe'),
  user_ids: people,
});
/** What somebody says of themselves, shown until `expires_at`. */
export const customStatus = z.object({
  text: z.string().check(z.maxLength(limits.customStatusMaxChars), transportable),
  emoji: z.optional(emoji),
  expires_at: z.optional(z.iso.datetime()),
});
/** What is left out stays. `idle` is about this connection, the rest about the person. */
export const presenceSetFrame = z.object({
  action: z.literal('presence.set'),
  /** `auto`: as the connections say. */
  availability: z.optional(z.enum(['auto', 'away', 'invisible'])),
  idle: z.optional(z.boolean()),
  custom: z.optional(z.nullable(customStatus)),
});
export const presenceFrame = z.discriminatedUnion('action', [
  presenceSubscribeFrame,
  presenceUnsubscribeFrame,
  presenceSetFrame,
]);

export const typingFrame = z.object({
  action: z.enum(['typing.start', 'typing.stop']),
  convo_id: conversationId,
});

/**
 * The last sequence number that the client holds without a gap and, if it keeps changes, the last change number. With the
 * `version` of the conversation that it holds it is told what else became of it.
 */
export const syncCursor = z.union([
  seqNo,
  z.object({ seq_no: seqNo, rev: seqNo, version: z.optional(seqNo) }),
]);

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
export type MessagePost = z.infer<typeof messagePost>;
export type ThreadMarkFrame = z.infer<typeof threadMarkFrame>;
export type PresenceFrame = z.infer<typeof presenceFrame>;
export type PresenceSetFrame = z.infer<typeof presenceSetFrame>;
export type CustomStatus = z.infer<typeof customStatus>;
export type SyncCursor = z.infer<typeof syncCursor>;
export type Mention = z.infer<typeof mention>;
export type ClientFrame =
  | MessageSendFrame
  | MessageChangeFrame
  | MessageReadFrame
  | MessageDeliveredFrame
  | MessageUnreadFrame
  | ThreadMarkFrame
  | PresenceFrame
  | TypingFrame
  | SyncFrame
  | PingFrame;
