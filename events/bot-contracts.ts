/** Programs that take part: bots and webhooks. Bodies of the HTTP API, snake_case. */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { conversationId, seqNo, userId } from './client-frames.ts';
import { displayName, handle } from './fields.ts';
import { personView } from './server-frames.ts';

export const createBotRequest = z.object({ handle, display_name: displayName });
export const botView = z.extend(personView, { owner_id: userId, created_at: z.string() });
/** The token is shown this once: only its hash is kept. */
export const newBotResponse = z.object({ bot: botView, token: z.string() });
export const botsResponse = z.object({ bots: z.array(botView) });
export const botTokenResponse = z.object({ token: z.string() });

export const webhookEvent = z.enum(['message.create', 'message.update']);
export const createWebhookRequest = z.object({
  url: z.string().check(z.maxLength(limits.webhookUrlMaxChars)),
  events: z._default(z.array(webhookEvent).check(z.minLength(1)), ['message.create', 'message.update']),
});
export const webhookView = z.object({
  webhook_id: z.string(),
  convo_id: conversationId,
  url: z.string(),
  events: z.array(webhookEvent),
  created_by: userId,
  created_at: z.string(),
  state: z.enum(['enabled', 'disabled']),
  /** Deliveries that failed in a row. */
  failures: z.int(),
});
/** The secret signs deliveries; it is shown this once. */
export const newWebhookResponse = z.object({ webhook: webhookView, secret: z.string() });
export const webhooksResponse = z.object({ webhooks: z.array(webhookView) });
export const webhookSecretResponse = z.object({ secret: z.string() });
/** The last attempts, the latest first. */
export const webhookAttemptsResponse = z.object({
  attempts: z.array(
    z.object({
      delivery_id: z.string(),
      attempted_at: z.string(),
      attempt: z.int(),
      /** The answer's status, or null when there was none. */
      status: z.nullable(z.int()),
      error: z.nullable(z.string()),
      duration_ms: z.int(),
    }),
  ),
});
/** Messages with `since_seq` < number ≤ `until_seq`, in their present state. */
export const replayWebhookRequest = z.object({ since_seq: seqNo, until_seq: z.optional(seqNo) });
export const replayWebhookResponse = z.object({ messages: z.int(), until_seq: seqNo });

export type WebhookEvent = z.infer<typeof webhookEvent>;
export type WebhookView = z.infer<typeof webhookView>;
export type BotView = z.infer<typeof botView>;
