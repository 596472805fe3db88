/** WebhookDelivery → one POST to its receiver. */
import { webhookDelivery } from '../../events/webhook-delivery.ts';
import { systemClock } from '../../shared/clock.ts';
import { deliverWebhook } from '../../shared/webhooks/deliver-webhook.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { logger } from '../lib/log.ts';
import { queueBatch } from '../lib/queue-batch.ts';

const env = environment('consumers/deliver-webhooks');
const deliverDeps = {
  webhooks: deps.webhooks(env),
  box: deps.factorBox(env),
  sender: deps.webhookSender(env),
  retries: deps.webhookRetries(env),
  clock: systemClock,
  random: Math.random,
  warn: (message: string, error: unknown) => logger.warn(message, { error }),
};

export const handler = queueBatch(webhookDelivery, {
  describe: ({ delivery_id, webhook_id, convo_id, events, replay }) => ({
    delivery_id,
    webhook_id,
    convo_id,
    events: events.length,
    ...(replay && { replay }),
  }),
  async run(delivery, { receiptHandle, attributes }) {
    const receive = { receiptHandle, count: Number(attributes.ApproximateReceiveCount) };
    return { ...(await deliverWebhook(delivery, receive, deliverDeps)) };
  },
});
