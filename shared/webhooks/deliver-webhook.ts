import type { WebhookDelivery } from '../../events/webhook-delivery.ts';
import type { SecretBox } from '../auth/secret-box.ts';
import { type Clock, isoTime } from '../clock.ts';
import { limits } from '../limits.ts';
import { signatureHeader } from './signature.ts';
import { type Attempt, isTaken, secretContext, type Webhook } from './webhook.ts';
import type { WebhookRetries } from './webhook-queue.ts';
import type { WebhookSender } from './webhook-sender.ts';
import type { WebhookStore } from './webhook-store.ts';

/** One receive of a delivery. */
export interface Receive {
  readonly receiptHandle: string;
  /** 1 for the first. */
  readonly count: number;
}

export interface DeliverDeps {
  readonly webhooks: Pick<WebhookStore, 'get' | 'disable' | 'noteAttempt' | 'replaceSecret'>;
  readonly box: SecretBox;
  readonly sender: WebhookSender;
  readonly retries: WebhookRetries;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly warn: (message: string, error: unknown) => void;
}

/** For logs. */
export type DeliveryOutcome =
  | { readonly outcome: 'delivered'; readonly status: number | null }
  /** There is nobody (any more) who wants it. */
  | { readonly outcome: 'removed' | 'disabled' | 'not_wanted' };

const firstDelaySeconds = 10;
const delayMaxSeconds = 3_600;

/**
 * Tries once to deliver. Whether the receiver has it, only the receiver knows for sure: what was delivered may be delivered
 * again. Throws `NotDelivered` when it did not work, and has it come again after a while; the queue counts the tries.
 */
export async function deliverWebhook(
  delivery: WebhookDelivery,
  receive: Receive,
  deps: DeliverDeps,
): Promise<DeliveryOutcome> {
  const webhook = await deps.webhooks.get(delivery.convo_id, delivery.webhook_id);
  if (!webhook) return { outcome: 'removed' };
  if (webhook.state === 'disabled' && !delivery.replay) return { outcome: 'disabled' };
  const wanted = delivery.events.filter(({ type }) => webhook.events.includes(type));
  if (wanted.length === 0) return { outcome: 'not_wanted' };
  const attempt = await send({ ...delivery, events: wanted }, webhook, receive, deps);
  await note(webhook, attempt, deps);
  if (isTaken(attempt)) return { outcome: 'delivered', status: attempt.status };
  const delaySeconds = delayAfter(receive.count, deps.random);
  // Without this it comes again after the queue's own time.
  await deps.retries.later(receive.receiptHandle, delaySeconds).catch((error: unknown) => {
    deps.warn('a delivery was not put off', error);
  });
  throw new NotDelivered(attempt, delaySeconds);
}

/** The receiver did not take it; to be tried again. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';

  constructor({ status, error }: Attempt, delaySeconds: number) {
    super(`the receiver did not take it (${status ?? error}), next try in ${delaySeconds} s`);
  }
}

/** 10 s, 40 s, 160 s … up to an hour; half of it is random, so that what failed together does not come back together. */
export function delayAfter(receives: number, random: () => number): number {
  const most = Math.min(delayMaxSeconds, firstDelaySeconds * 4 ** (receives - 1));
  return Math.ceil(most / 2 + (random() * most) / 2);
}

async function send(
  delivery: WebhookDelivery,
  webhook: Webhook,
  { count }: Receive,
  { box, sender, clock }: DeliverDeps,
): Promise<Attempt> {
  const secret = await box.open(webhook.sealedSecret, secretContext(webhook.webhookId));
  const startedAt = clock.now();
  const body = JSON.stringify({
    delivery_id: delivery.delivery_id,
    webhook_id: delivery.webhook_id,
    convo_id: delivery.convo_id,
    attempt: count,
    sent_at: isoTime(startedAt),
    ...(delivery.replay && { replay: true }),
    events: delivery.events,
  });
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Confab-Webhooks/1',
    'confab-delivery-id': delivery.delivery_id,
    'confab-webhook-id': delivery.webhook_id,
    'confab-signature': signatureHeader(body, secret, startedAt),
  };
  const sent = await sender.post({ url: webhook.url, body, headers });
  return {
    deliveryId: delivery.delivery_id,
    attemptedAt: isoTime(startedAt),
    attempt: count,
    status: 'status' in sent ? sent.status : null,
    error: 'error' in sent ? sent.error : null,
    durationMs: clock.now() - startedAt,
  };
}

/** What was delivered stays so, also when nobody could write it down. */
async function note(webhook: Webhook, attempt: Attempt, deps: DeliverDeps): Promise<void> {
  const { convoId, webhookId, sealedSecret } = webhook;
  try {
    const after = await deps.webhooks.noteAttempt(webhook, attempt);
    if (after && isHopeless(after, deps.clock)) {
      await deps.webhooks.disable(convoId, webhookId, limits.webhookFailuresMax);
    }
    const renewed = await deps.box.renewed(sealedSecret, secretContext(webhookId));
    if (renewed !== undefined) await deps.webhooks.replaceSecret(convoId, webhookId, renewed, sealedSecret);
  } catch (error) {
    deps.warn('an attempt to deliver was not noted', error);
  }
}

function isHopeless({ failures, failingSince }: Webhook, clock: Clock): boolean {
  if (failures < limits.webhookFailuresMax || failingSince === undefined) return false;
  return clock.now() - Date.parse(failingSince) >= limits.webhookFailingMinSeconds * 1_000;
}
