/**
 * Something that happened in a conversation, on its way to one webhook. It waits in a standard queue: it may come twice and
 * in any order; the receiver tells repeats by `delivery_id`, and order by the numbers in the events.
 * Producers: functions/consumers/process-messages, functions/http/memberships, functions/http/invites, functions/http/webhooks.
 * Consumer: functions/consumers/deliver-webhooks.
 * Every shape ever shipped stays readable: samples/webhook-delivery.v*.json.
 */
import * as z from 'zod/mini';
import { conversationId } from './client-frames.ts';
import { messageCreate, messageUpdate } from './server-frames.ts';

export const webhookDelivery = z.object({
  name: z.literal('webhook.delivery'),
  version: z.literal(1),
  /** The same for every attempt, and for every repeat of the same events. */
  delivery_id: z.string(),
  webhook_id: z.string(),
  convo_id: conversationId,
  events: z.array(z.discriminatedUnion('type', [messageCreate, messageUpdate])).check(z.minLength(1)),
  occurred_at_ms: z.int(),
  /** Asked for again by a person. */
  replay: z.optional(z.literal(true)),
});

export type WebhookDelivery = z.infer<typeof webhookDelivery>;
