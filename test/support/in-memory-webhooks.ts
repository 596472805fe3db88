/** Webhooks in memory: the store, the queue in front of them, and a sender that answers as told. */
import type { WebhookDelivery } from '../../events/webhook-delivery.ts';
import { limits } from '../../shared/limits.ts';
import { type Attempt, isTaken, type Webhook } from '../../shared/webhooks/webhook.ts';
import type { WebhookQueue, WebhookRetries } from '../../shared/webhooks/webhook-queue.ts';
import type { Sent, WebhookRequest, WebhookSender } from '../../shared/webhooks/webhook-sender.ts';
import type { WebhookStore } from '../../shared/webhooks/webhook-store.ts';
import type { InMemoryConversations } from './in-memory-conversation-store.ts';

export interface InMemoryWebhookQueue extends WebhookQueue {
  readonly deliveries: WebhookDelivery[];
  /** So many of the next calls fail. */
  fail(times: number): void;
}

export function inMemoryWebhookQueue(): InMemoryWebhookQueue {
  const deliveries: WebhookDelivery[] = [];
  let failing = 0;
  return {
    deliveries,
    fail(times) {
      failing = times;
    },
    async enqueue(more) {
      if (failing > 0) {
        failing -= 1;
        throw new Error('the queue does not answer');
      }
      deliveries.push(...more);
    },
  };
}

export function inMemoryWebhookRetries(): WebhookRetries & { readonly delays: [string, number][] } {
  const delays: [string, number][] = [];
  return {
    delays,
    async later(receiptHandle, delaySeconds) {
      delays.push([receiptHandle, delaySeconds]);
    },
  };
}

/** Answers 200 unless told otherwise, for ever. */
export function inMemoryReceiver(): WebhookSender & {
  readonly requests: WebhookRequest[];
  answer(sent: Sent): void;
} {
  const requests: WebhookRequest[] = [];
  let next: Sent = { status: 200 };
  return {
    requests,
    answer(sent) {
      next = sent;
    },
    async post(request) {
      requests.push(request);
      return next;
    },
  };
}

export function inMemoryWebhookStore({ counters }: Pick<InMemoryConversations, 'counters'>): WebhookStore {
  const webhooks = new Map<string, Webhook>();
  const attempts = new Map<string, Attempt[]>();
  const named = (convoId: string) => counters.get(convoId)?.webhookIds ?? [];
  const name = (convoId: string, ids: readonly string[]) => {
    const { webhookIds: _, ...conversation } = counters.get(convoId) ?? { convoId };
    counters.set(convoId, {
      ...(conversation as Parameters<typeof counters.set>[1]),
      ...(ids.length > 0 && { webhookIds: ids }),
    });
  };
  const change = (webhookId: string, to: (webhook: Webhook) => Webhook | undefined) => {
    const webhook = webhooks.get(webhookId);
    const after = webhook && to(webhook);
    if (after) webhooks.set(webhookId, after);
    return after;
  };

  return {
    async add(webhook, { convoId, membersVersion }) {
      if (counters.get(convoId)?.membersVersion !== membersVersion) return 'stale';
      if (named(convoId).length >= limits.webhooksPerConversationMax) return 'full';
      webhooks.set(webhook.webhookId, webhook);
      name(convoId, [...named(convoId), webhook.webhookId]);
      return 'added';
    },
    async get(convoId, webhookId) {
      const webhook = webhooks.get(webhookId);
      return webhook?.convoId === convoId ? webhook : undefined;
    },
    list: async (convoId) => [...webhooks.values()].filter((webhook) => webhook.convoId === convoId),
    async remove(convoId, webhookId) {
      webhooks.delete(webhookId);
      attempts.delete(webhookId);
      name(
        convoId,
        named(convoId).filter((id) => id !== webhookId),
      );
    },
    enable: async (_convoId, webhookId) =>
      change(webhookId, ({ failingSince: _since, ...webhook }) => ({
        ...webhook,
        state: 'enabled',
        failures: 0,
      })),
    async disable(_, webhookId, failures) {
      return (
        change(webhookId, (webhook) =>
          webhook.state === 'enabled' && webhook.failures >= failures
            ? { ...webhook, state: 'disabled' }
            : undefined,
        ) !== undefined
      );
    },
    async replaceSecret(_, webhookId, sealedSecret, from) {
      const isSame = (webhook: Webhook) => from === undefined || webhook.sealedSecret === from;
      return (
        change(webhookId, (webhook) => (isSame(webhook) ? { ...webhook, sealedSecret } : undefined)) !==
        undefined
      );
    },
    async noteAttempt({ webhookId }, attempt) {
      const after = change(webhookId, ({ failingSince = attempt.attemptedAt, failures, ...webhook }) =>
        isTaken(attempt) ? { ...webhook, failures: 0 } : { ...webhook, failures: failures + 1, failingSince },
      );
      if (after) {
        const kept = [attempt, ...(attempts.get(webhookId) ?? [])].slice(0, limits.webhookAttemptsKept);
        attempts.set(webhookId, kept);
      }
      return after;
    },
    attempts: async (_, webhookId) => attempts.get(webhookId) ?? [],
  };
}
