import type { WebhookEvent } from '../../events/bot-contracts.ts';
import type { SecretBox } from '../auth/secret-box.ts';
import type { Backoff } from '../backoff.ts';
import { type Clock, isoTime } from '../clock.ts';
import { type Conversation, capabilitiesOf, type Membership } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { targetUrl, type WebhookTargets } from './target-url.ts';
import { type Attempt, secretContext, type Webhook } from './webhook.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface ManageDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'membership'>;
}

export interface WebhookDeps extends ManageDeps {
  readonly webhooks: WebhookStore;
}

interface SecretDeps extends WebhookDeps {
  readonly box: Pick<SecretBox, 'seal'>;
  readonly ids: Pick<Ids, 'secret'>;
}

interface CreateDeps extends SecretDeps {
  readonly newWebhookId: () => string;
  readonly targets: WebhookTargets;
  readonly clock: Clock;
  readonly backoff: Backoff;
}

/** Who asks, and about which conversation's webhooks. */
export interface Manager {
  readonly userId: string;
  readonly convoId: string;
}

const attemptsMax = 5;

/**
 * The conversation and the caller's side of it. Throws `conversation.not_found` (foreign and missing alike), or
 * `conversation.forbidden` for who may not see to its webhooks.
 */
export async function managedConversation(
  { userId, convoId }: Manager,
  { conversations }: ManageDeps,
): Promise<{ conversation: Conversation; membership: Membership }> {
  const [conversation, membership] = await Promise.all([
    conversations.get(convoId),
    conversations.membership(userId, convoId, { consistent: true }),
  ]);
  if (!conversation || !membership) throw new AppError('conversation.not_found');
  if (!capabilitiesOf(conversation, membership.role).includes('webhook.manage'))
    throw new AppError('conversation.forbidden');
  return { conversation, membership };
}

/**
 * From the next message on. The right to do so is looked at again whenever the membership changes meanwhile; the write proves
 * it. Throws as managedConversation does, `webhook.url_invalid`, `webhook.limit_reached`, or `unavailable`.
 */
export async function createWebhook(
  manager: Manager,
  request: { url: string; events: readonly WebhookEvent[] },
  deps: CreateDeps,
): Promise<{ webhook: Webhook; secret: string }> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const { conversation } = await managedConversation(manager, deps);
    const webhookId = deps.newWebhookId();
    const secret = newSecret(deps);
    const webhook: Webhook = {
      webhookId,
      convoId: conversation.convoId,
      url: targetUrl(request.url, deps.targets).href,
      events: [...new Set(request.events)],
      createdBy: manager.userId,
      createdAt: isoTime(deps.clock.now()),
      state: 'enabled',
      failures: 0,
      sealedSecret: await deps.box.seal(secret, secretContext(webhookId)),
    };
    const outcome = await deps.webhooks.add(webhook, conversation);
    if (outcome === 'added') return { webhook, secret };
    if (outcome === 'full') throw new AppError('webhook.limit_reached');
    await deps.backoff.wait(attempt);
  }
  throw new AppError('unavailable', 'the conversation is changing, try again');
}

export async function listWebhooks(manager: Manager, deps: WebhookDeps): Promise<Webhook[]> {
  await managedConversation(manager, deps);
  return await deps.webhooks.list(manager.convoId);
}

/** What is on its way is dropped. Repeating it is harmless. */
export async function removeWebhook(manager: Manager, webhookId: string, deps: WebhookDeps): Promise<void> {
  await managedConversation(manager, deps);
  await deps.webhooks.remove(manager.convoId, webhookId);
}

/** Throws `webhook.not_found` beside what managedConversation throws; so do those below. */
export async function enableWebhook(
  manager: Manager,
  webhookId: string,
  deps: WebhookDeps,
): Promise<Webhook> {
  await managedConversation(manager, deps);
  return found(await deps.webhooks.enable(manager.convoId, webhookId));
}

/** Attempts that begin from now on are signed with it. */
export async function renewWebhookSecret(
  manager: Manager,
  webhookId: string,
  deps: SecretDeps,
): Promise<string> {
  await managedConversation(manager, deps);
  const secret = newSecret(deps);
  const sealed = await deps.box.seal(secret, secretContext(webhookId));
  if (!(await deps.webhooks.replaceSecret(manager.convoId, webhookId, sealed)))
    throw new AppError('webhook.not_found');
  return secret;
}

export async function webhookAttempts(
  manager: Manager,
  webhookId: string,
  deps: WebhookDeps,
): Promise<Attempt[]> {
  await managedConversation(manager, deps);
  found(await deps.webhooks.get(manager.convoId, webhookId));
  return await deps.webhooks.attempts(manager.convoId, webhookId);
}

export function found(webhook: Webhook | undefined): Webhook {
  if (!webhook) throw new AppError('webhook.not_found');
  return webhook;
}

/** The beginning says what it is to whoever finds one in the wrong place. */
function newSecret({ ids }: { ids: Pick<Ids, 'secret'> }): string {
  return `whsec_${ids.secret()}`;
}
