import * as z from 'zod/mini';

export const outboxMessageSchema = z.object({
  /** Of rising order, also over restarts: `after` compares it as text. */
  id: z.string(),
  channel: z.enum(['email', 'sms']),
  /** One bare address or one number in E.164: a mail to several people is a message to each. */
  to: z.string(),
  /** As the sender wrote it, `Name <address>`; of an SMS its sender id. */
  from: z.string(),
  /** Empty for an SMS. */
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  /** ISO 8601 */
  sent_at: z.string(),
  /** The one-time code in the text, if it holds one. */
  code: z.exactOptional(z.string()),
});

/** A mail or an SMS that a function has sent. */
export type OutboxMessage = z.infer<typeof outboxMessageSchema>;
export type MessageDraft = Omit<OutboxMessage, 'id' | 'sent_at' | 'code'>;

/** The first number of exactly six digits that is no part of a word, a longer number, a colour or a path. */
export function codeOf(text: string): string | undefined {
  return /(?<![\w+#/.,-])\d{6}(?![\w/-]|[.,]\d)/.exec(text)?.[0];
}
