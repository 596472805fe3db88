import type { Clock } from '../clock.ts';
import { limits } from '../limits.ts';
import { messageCreate } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import { deliveriesFor } from './deliveries.ts';
import { found, type Manager, managedConversation, type WebhookDeps } from './manage-webhooks.ts';
import type { WebhookQueue } from './webhook-queue.ts';

interface ReplayDeps extends WebhookDeps {
  readonly messages: Pick<MessageStore, 'range'>;
  readonly queue: WebhookQueue;
  readonly clock: Clock;
}

interface Replay {
  readonly webhookId: string;
  readonly sinceSeq: number;
  readonly untilSeq?: number | undefined;
  /** Names this asking: a second one brings the same messages as new deliveries. */
  readonly replayId: string;
}

/** So many messages are held at once. */
const chunk = 50;

/**
 * Delivers messages again, in their present state, to this webhook also while it is disabled: `sinceSeq` < number ≤
 * `untilSeq`, at most so many as the limit says; the answer says how far it came. Messages from before the caller's own time
 * stay out: they cannot read them. Throws as enableWebhook does, and `unavailable` when only a part was queued.
 */
export async function replayWebhook(
  manager: Manager,
  { webhookId, sinceSeq, untilSeq, replayId }: Replay,
  deps: ReplayDeps,
): Promise<{ messages: number; untilSeq: number }> {
  const { conversation, membership } = await managedConversation(manager, deps);
  found(await deps.webhooks.get(manager.convoId, webhookId));
  const { convoId, seq } = conversation;
  const since = Math.max(sinceSeq, membership.fromSeq ?? 0);
  const until = Math.min(untilSeq ?? seq, seq, since + limits.webhookReplayMax);
  const onlyThis = { convoId, webhookIds: [webhookId] };
  let messages = 0;
  for (let from = since + 1; from <= until; from += chunk) {
    const page = await deps.messages.range(convoId, from, Math.min(from + chunk - 1, until));
    const options = { atMs: deps.clock.now(), replayId };
    await deps.queue.enqueue(deliveriesFor(onlyThis, page.map(messageCreate), options));
    messages += page.length;
  }
  return { messages, untilSeq: Math.max(since, until) };
}
