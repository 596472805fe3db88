import type { Conversation } from '../conversations/conversation.ts';
import type { Attempt, Webhook } from './webhook.ts';

export interface WebhookStore {
  /**
   * Writes a webhook and names it in its conversation. `stale`: membership or settings are not those of `conversation` any
   * more; `full`: it has the most that a conversation may have. In both nothing was written.
   */
  add(webhook: Webhook, conversation: Conversation): Promise<'added' | 'stale' | 'full'>;
  /** Strongly consistent. */
  get(convoId: string, webhookId: string): Promise<Webhook | undefined>;
  /** The oldest first; strongly consistent. */
  list(convoId: string): Promise<Webhook[]>;
  /** Repeating it, or naming one that never was, is harmless. */
  remove(convoId: string, webhookId: string): Promise<void>;
  /** Forgets the failures; as it is then, or undefined when there is none. */
  enable(convoId: string, webhookId: string): Promise<Webhook | undefined>;
  /** Stops it, if it has failed at least so often in a row by now. */
  disable(convoId: string, webhookId: string, failures: number): Promise<boolean>;
  /** False: there is none, or its sealed secret is not `from` any more. */
  replaceSecret(convoId: string, webhookId: string, sealed: string, from?: string): Promise<boolean>;
  /**
   * Keeps what became of an attempt, and counts failures in a row. As the webhook is then, or undefined when there is none;
   * then nothing was written. 2 write units.
   */
  noteAttempt(webhook: Webhook, attempt: Attempt): Promise<Webhook | undefined>;
  /** The last ones, the latest first. */
  attempts(convoId: string, webhookId: string): Promise<Attempt[]>;
}
