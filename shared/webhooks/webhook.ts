import { ulid } from 'ulid';
import type { WebhookEvent, WebhookView } from '../../events/bot-contracts.ts';

/** An address that is told what happens in a conversation. */
export interface Webhook {
  readonly webhookId: string;
  readonly convoId: string;
  /** Normalised, see targetUrl. */
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly createdBy: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Nothing is delivered to a disabled one but what somebody asks for again. */
  readonly state: 'enabled' | 'disabled';
  /** Deliveries that failed one after the other. */
  readonly failures: number;
  /** When the first of those failed, ISO 8601. */
  readonly failingSince?: string;
  /** What signs, as the secret box keeps it. */
  readonly sealedSecret: string;
}

/** What became of one try of one delivery. */
export interface Attempt {
  readonly deliveryId: string;
  /** ISO 8601. */
  readonly attemptedAt: string;
  /** 1, 2, … of this delivery. */
  readonly attempt: number;
  /** Of the answer, or null when there was none; then `error` says why. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

export const webhookIdPattern = /^wh_[0-9A-Z]{26}$/;
export const randomWebhookId = () => `wh_${ulid()}`;

/** Whose a sealed secret is: it cannot be opened as another webhook's, nor as anything that is not a webhook's. */
export const secretContext = (webhookId: string) => `webhook:${webhookId}`;

export function webhookView(webhook: Webhook): WebhookView {
  return {
    webhook_id: webhook.webhookId,
    convo_id: webhook.convoId,
    url: webhook.url,
    events: [...webhook.events],
    created_by: webhook.createdBy,
    created_at: webhook.createdAt,
    state: webhook.state,
    failures: webhook.failures,
  };
}

export function attemptView(attempt: Attempt) {
  return {
    delivery_id: attempt.deliveryId,
    attempted_at: attempt.attemptedAt,
    attempt: attempt.attempt,
    status: attempt.status,
    error: attempt.error,
    duration_ms: attempt.durationMs,
  };
}

/** Any answer of 2xx says that it was taken. */
export function isTaken(attempt: Pick<Attempt, 'status'>): boolean {
  return attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
}
