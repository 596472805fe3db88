/** Which messages may be handed out next, and in which order: the difference between standard and FIFO queues. */
import type { QueueMessage } from './queue-message.ts';

export interface DeliveryOrder {
  /** The message is new in the queue, or its visibility has changed. */
  update(message: QueueMessage): void;
  remove(message: QueueMessage): void;
  /** The caller may take or remove a message as soon as it has it, before it asks for the next. */
  deliverable(): Iterable<QueueMessage>;
}

/** Standard queues: whatever is visible, roughly in the order of arrival. */
export class StandardOrder implements DeliveryOrder {
  readonly #visible = new Set<QueueMessage>();

  update(message: QueueMessage): void {
    if (message.visibility === 'visible') this.#visible.add(message);
    else this.#visible.delete(message);
  }

  remove(message: QueueMessage): void {
    this.#visible.delete(message);
  }

  deliverable(): Iterable<QueueMessage> {
    return this.#visible;
  }
}

interface MessageGroup {
  /** In the order of arrival, which a redelivery does not change. */
  readonly messages: Set<QueueMessage>;
  readonly inFlight: Set<QueueMessage>;
}

/**
 * FIFO queues: as many messages of one group as possible, in their order, then of the next group. While a message of a
 * group is in flight, nothing of that group is deliverable.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export class FifoOrder implements DeliveryOrder {
  readonly #groups = new Map<string, MessageGroup>();
  /** In the order in which they became ready, so that a busy group does not starve the others. */
  readonly #ready = new Set<MessageGroup>();

  update(message: QueueMessage): void {
    const group = this.#groupOf(message);
    group.messages.add(message);
    if (message.visibility === 'in-flight') group.inFlight.add(message);
    else group.inFlight.delete(message);
    this.#judge(group);
  }

  remove(message: QueueMessage): void {
    const group = this.#groupOf(message);
    group.messages.delete(message);
    group.inFlight.delete(message);
    this.#judge(group);
    if (group.messages.size === 0) this.#groups.delete(groupId(message));
  }

  *deliverable(): Iterable<QueueMessage> {
    for (const group of this.#ready) {
      for (const message of group.messages) {
        if (message.visibility !== 'visible') break;
        yield message;
      }
    }
  }

  #groupOf(message: QueueMessage): MessageGroup {
    const known = this.#groups.get(groupId(message));
    if (known !== undefined) return known;
    const group = { messages: new Set<QueueMessage>(), inFlight: new Set<QueueMessage>() };
    this.#groups.set(groupId(message), group);
    return group;
  }

  #judge(group: MessageGroup): void {
    const [first] = group.messages;
    if (first?.visibility === 'visible' && group.inFlight.size === 0) this.#ready.add(group);
    else this.#ready.delete(group);
  }
}

function groupId(message: QueueMessage): string {
  return message.content.groupId ?? '';
}
