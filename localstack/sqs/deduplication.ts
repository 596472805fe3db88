/**
 * What a FIFO queue remembers of the messages that it accepted in the last five minutes, whether they are still there
 * or not. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-key-terms.html
 */
import { createHash } from 'node:crypto';

const deduplicationIntervalMs = 5 * 60 * 1_000;

export interface AcceptedMessage {
  /** The message group with DeduplicationScope messageGroup, else empty. */
  readonly scope: string;
  readonly deduplicationId: string;
  readonly messageId: string;
  readonly sequenceNumber: string;
  readonly expiresMs: number;
}

/** Where the log keeps its entries over a restart. */
export interface AcceptedMessageStore {
  putAccepted(queueName: string, accepted: AcceptedMessage): void;
  removeAccepted(queueName: string, accepted: AcceptedMessage): void;
}

export class DeduplicationLog {
  readonly #queueName: string;
  readonly #store: AcceptedMessageStore;
  /** In the order of acceptance, which is the order of expiry. */
  readonly #accepted = new Map<string, AcceptedMessage>();

  constructor(queueName: string, store: AcceptedMessageStore) {
    this.#queueName = queueName;
    this.#store = store;
  }

  find(scope: string, deduplicationId: string, nowMs: number): AcceptedMessage | undefined {
    const accepted = this.#accepted.get(key(scope, deduplicationId));
    return accepted !== undefined && accepted.expiresMs > nowMs ? accepted : undefined;
  }

  remember(message: Omit<AcceptedMessage, 'expiresMs'>, nowMs: number): void {
    const accepted = { ...message, expiresMs: nowMs + deduplicationIntervalMs };
    this.#store.putAccepted(this.#queueName, accepted);
    this.restore(accepted);
  }

  /** Puts back what was on disk; nothing is written. */
  restore(accepted: AcceptedMessage): void {
    const entryKey = key(accepted.scope, accepted.deduplicationId);
    this.#accepted.delete(entryKey);
    this.#accepted.set(entryKey, accepted);
  }

  forgetExpired(nowMs: number): void {
    for (const [entryKey, accepted] of this.#accepted) {
      if (accepted.expiresMs > nowMs) break;
      this.#accepted.delete(entryKey);
      this.#store.removeAccepted(this.#queueName, accepted);
    }
  }
}

/** ContentBasedDeduplication: a SHA-256 of the body, and not of the attributes. */
export function contentBasedId(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** No id has a space in it (message-validation.ts). */
function key(scope: string, deduplicationId: string): string {
  return `${scope} ${deduplicationId}`;
}
