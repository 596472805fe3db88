/** The messages of one queue in memory: by position, by visibility, and what becomes visible when. */
import { type DeliveryOrder, FifoOrder, StandardOrder } from './delivery-order.ts';
import { DueHeap } from './due-heap.ts';
import {
  type DeliveryState,
  type MessageContent,
  type QueueMessage,
  type Visibility,
  visibilityAt,
} from './queue-message.ts';

export class QueueContents {
  readonly #messages = new Map<number, QueueMessage>();
  readonly #hidden = new DueHeap<QueueMessage>();
  readonly #order: DeliveryOrder;
  readonly #counts: Record<Visibility, number> = { visible: 0, delayed: 0, 'in-flight': 0 };

  constructor(fifo: boolean) {
    this.#order = fifo ? new FifoOrder() : new StandardOrder();
  }

  get counts(): Readonly<Record<Visibility, number>> {
    return this.#counts;
  }

  get(position: number): QueueMessage | undefined {
    return this.#messages.get(position);
  }

  /** In the order of arrival. */
  all(): Iterable<QueueMessage> {
    return this.#messages.values();
  }

  deliverable(): Iterable<QueueMessage> {
    return this.#order.deliverable();
  }

  /** Positions must come in ascending order. */
  add(position: number, content: MessageContent, delivery: DeliveryState, nowMs: number): QueueMessage {
    const visibility = visibilityAt(delivery, nowMs);
    const message = { position, content, delivery, visibility };
    this.#messages.set(position, message);
    this.#counts[visibility] += 1;
    this.#entered(message);
    return message;
  }

  setDelivery(message: QueueMessage, delivery: DeliveryState, nowMs: number): void {
    this.#counts[message.visibility] -= 1;
    message.delivery = delivery;
    message.visibility = visibilityAt(delivery, nowMs);
    this.#counts[message.visibility] += 1;
    this.#entered(message);
  }

  remove(message: QueueMessage): void {
    this.#messages.delete(message.position);
    this.#counts[message.visibility] -= 1;
    this.#order.remove(message);
  }

  /** Makes visible whatever has become due by now. */
  settle(nowMs: number): void {
    for (let next = this.#nextHidden(); next !== undefined; next = this.#nextHidden()) {
      if (next.delivery.visibleAtMs > nowMs) return;
      this.setDelivery(next, next.delivery, nowMs);
    }
  }

  /** When the next hidden message becomes visible; undefined if none is hidden. */
  nextDueMs(): number | undefined {
    return this.#nextHidden()?.delivery.visibleAtMs;
  }

  #entered(message: QueueMessage): void {
    if (message.visibility !== 'visible') {
      this.#hidden.push({ dueMs: message.delivery.visibleAtMs, item: message });
    }
    this.#order.update(message);
  }

  /** Entries of messages that were removed, shown early or hidden for another time are dropped on the way. */
  #nextHidden(): QueueMessage | undefined {
    for (let entry = this.#hidden.peek(); entry !== undefined; entry = this.#hidden.peek()) {
      const { item, dueMs } = entry;
      const current =
        this.#messages.has(item.position) &&
        item.visibility !== 'visible' &&
        item.delivery.visibleAtMs === dueMs;
      if (current) return item;
      this.#hidden.pop();
    }
    return undefined;
  }
}
