import type { ServerEvent } from '../../events/server-frames.ts';
import type { WebhookDelivery } from '../../events/webhook-delivery.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { sha256 } from '../ids.ts';

/** So many bytes of events go into one delivery: what receivers usually take, and far below what a queue message may have. */
const eventsMaxBytes = 180_000;

type DeliveredEvent = WebhookDelivery['events'][number];

interface DeliveryOptions {
  readonly atMs: number;
  /** Set when somebody asks for them again: names this asking, so that the receiver takes them for new deliveries. */
  readonly replayId?: string;
}

/**
 * What a conversation's webhooks are to be told of these events; empty for one without webhooks, and for events that are
 * no matter of the timeline. The same events make the same `delivery_id`s, so that announcing them again is harmless.
 */
export function deliveriesFor(
  { convoId, webhookIds = [] }: Pick<Conversation, 'convoId' | 'webhookIds'>,
  events: readonly ServerEvent[],
  { atMs, replayId }: DeliveryOptions,
): WebhookDelivery[] {
  if (webhookIds.length === 0) return [];
  const parts = partsOf(events.filter(isDelivered));
  return webhookIds.flatMap((webhookId) =>
    parts.map((part) => ({
      name: 'webhook.delivery' as const,
      version: 1 as const,
      delivery_id: deliveryId(webhookId, part, replayId),
      webhook_id: webhookId,
      convo_id: convoId,
      events: part,
      occurred_at_ms: atMs,
      ...(replayId !== undefined && { replay: true as const }),
    })),
  );
}

function isDelivered(event: ServerEvent): event is DeliveredEvent {
  return event.type === 'message.create' || event.type === 'message.update';
}

function deliveryId(
  webhookId: string,
  events: readonly DeliveredEvent[],
  replayId: string | undefined,
): string {
  const places = events.map((event) =>
    event.type === 'message.create' ? [event.seq_no] : [event.prev_rev, event.rev],
  );
  return `wd_${sha256(JSON.stringify([webhookId, places, replayId ?? null])).slice(0, 32)}`;
}

/** In their order, each part as large as one delivery may be; an event that is larger alone is a part of its own. */
function partsOf(events: readonly DeliveredEvent[]): DeliveredEvent[][] {
  const parts: DeliveredEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    const part = parts.at(-1);
    if (part && bytes + size <= eventsMaxBytes) {
      part.push(event);
      bytes += size;
    } else {
      parts.push([event]);
      bytes = size;
    }
  }
  return parts;
}
