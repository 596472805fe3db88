import type { WebhookDelivery } from '../../events/webhook-delivery.ts';

/** Where deliveries wait. */
export interface WebhookQueue {
  /** Resolves when all are durable. Throws when not; the same again is harmless: receivers know a delivery by its id. */
  enqueue(deliveries: readonly WebhookDelivery[]): Promise<void>;
}

/** How a delivery that failed is tried again. */
export interface WebhookRetries {
  /** It comes again after this time, instead of after the queue's own. */
  later(receiptHandle: string, delaySeconds: number): Promise<void>;
}
