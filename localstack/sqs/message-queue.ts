/** One queue: send, take, delete, hide. Everything here is synchronous and happens at one moment of the clock. */
import type { Clock, ReceivedMessage } from '../contracts.ts';
import { type AcceptedMessage, contentBasedId, DeduplicationLog } from './deduplication.ts';
import { md5, md5OfAttributes } from './message-checksums.ts';
import { checkSendRequest, type SendRequest } from './message-validation.ts';
import { QueueContents } from './queue-contents.ts';
import { type MessageContent, type QueueMessage, receivedMessage, sequenceNumber } from './queue-message.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { QueueStore, StoredMessage } from './queue-store.ts';
import { parseReceiptHandle } from './receipt-handle.ts';
import { invalidParameter, SqsError } from './sqs-errors.ts';
import { checkVisibilityTimeout, extendedVisibleAtMs } from './visibility-timeout.ts';

export interface QueueServices {
  readonly clock: Clock;
  readonly store: QueueStore;
  readonly accountId: string;
  newMessageId(): string;
  nextPosition(): number;
}

export interface SendResult {
  readonly messageId: string;
  readonly md5OfBody: string;
  readonly md5OfAttributes: string | undefined;
  /** FIFO queues only. */
  readonly sequenceNumber: string | undefined;
}

export class MessageQueue {
  settings: QueueSettings;
  readonly createdMs: number;
  modifiedMs: number;
  readonly #services: QueueServices;
  readonly #contents: QueueContents;
  readonly #deduplication: DeduplicationLog;

  constructor(
    stored: { settings: QueueSettings; createdMs: number; modifiedMs: number },
    services: QueueServices,
  ) {
    this.settings = stored.settings;
    this.createdMs = stored.createdMs;
    this.modifiedMs = stored.modifiedMs;
    this.#services = services;
    this.#contents = new QueueContents(stored.settings.fifo);
    this.#deduplication = new DeduplicationLog(stored.settings.name, services.store);
  }

  get name(): string {
    return this.settings.name;
  }

  /** Puts back what was on disk at start; nothing is written. */
  restoreMessage({ position, content, delivery }: StoredMessage): void {
    this.#contents.add(position, content, delivery, this.#now());
  }

  restoreAccepted(accepted: AcceptedMessage): void {
    this.#deduplication.restore(accepted);
  }

  /**
   * A duplicate within five minutes succeeds, adds nothing, and answers with the first message's id and sequence
   * number. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-key-terms.html
   *
   * @throws SqsError for a message that SQS does not accept.
   */
  send(request: SendRequest): SendResult {
    checkSendRequest(request, this.settings);
    const attributes = request.attributes ?? {};
    const checksums = { md5OfBody: md5(request.body), md5OfAttributes: md5OfAttributes(attributes) };
    const { body, groupId, traceHeader } = request;
    const { fifo } = this.settings;
    const deduplicationId = fifo ? (request.deduplicationId ?? contentBasedId(body)) : undefined;
    const duplicateOf = this.#findAccepted(groupId, deduplicationId);
    if (duplicateOf !== undefined) {
      const { messageId, sequenceNumber: firstSequenceNumber } = duplicateOf;
      return { ...checksums, messageId, sequenceNumber: firstSequenceNumber };
    }
    const messageId = this.#services.newMessageId();
    const { md5OfBody } = checksums;
    const message = this.add(
      {
        messageId,
        body,
        md5OfBody,
        attributes,
        traceHeader,
        groupId,
        deduplicationId,
        enqueuedMs: this.#now(),
      },
      request.delaySeconds === undefined || fifo ? this.settings.delaySeconds : request.delaySeconds,
    );
    this.#remember(message);
    return { ...checksums, messageId, sequenceNumber: fifo ? sequenceNumber(message.position) : undefined };
  }

  /** Adds a message at the end without asking whether it is a duplicate: dead letters come in here too. */
  add(content: MessageContent, delaySeconds: number): QueueMessage {
    const now = this.#now();
    const position = this.#services.nextPosition();
    const delivery = {
      visibleAtMs: now + delaySeconds * 1_000,
      receiveCount: 0,
      firstReceivedMs: undefined,
      lastReceivedMs: undefined,
    };
    this.#services.store.putMessage({ queueName: this.name, position, content, delivery });
    return this.#contents.add(position, content, delivery, now);
  }

  /**
   * Hands out up to `max` messages and hides them. A message that was received `maxReceiveCount` times already goes to
   * `moveToDeadLetters` instead, which answers false to keep it.
   */
  take(
    max: number,
    visibilityTimeoutSeconds: number,
    moveToDeadLetters: (message: QueueMessage) => boolean,
  ): ReceivedMessage[] {
    const now = this.#now();
    const taken: ReceivedMessage[] = [];
    this.settle();
    for (const message of this.#contents.deliverable()) {
      if (this.#hasExpired(message, now)) this.drop(message);
      else if (!this.#isDeadLetter(message) || !moveToDeadLetters(message)) {
        taken.push(this.#handOut(message, now + visibilityTimeoutSeconds * 1_000));
      }
      if (taken.length >= max) break;
    }
    return taken;
  }

  /**
   * FIFO queues refuse a receipt handle whose visibility timeout has passed; on standard queues an outdated handle
   * succeeds and deletes nothing. A message that is gone already is a success on both.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
   */
  delete(receiptHandle: string): void {
    const receipt = parseReceiptHandle(receiptHandle, this.name);
    this.settle();
    const message = this.#contents.get(receipt.position);
    if (message === undefined) return;
    const latest = message.delivery.receiveCount === receipt.receiveCount;
    if (this.settings.fifo && !(latest && message.visibility === 'in-flight')) {
      throw invalidParameter('ReceiptHandle', receiptHandle, 'The receipt handle has expired.');
    }
    if (latest) this.drop(message);
  }

  /**
   * From now on; 0 shows the message at once.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
   *
   * @throws SqsError MessageNotInflight, or InvalidParameterValue: expired handle, or more than twelve hours in total.
   */
  changeVisibility(receiptHandle: string, timeoutSeconds: number): void {
    const receipt = parseReceiptHandle(receiptHandle, this.name);
    checkVisibilityTimeout(timeoutSeconds);
    this.settle();
    const message = this.#contents.get(receipt.position);
    if (message === undefined || message.delivery.receiveCount !== receipt.receiveCount) {
      throw invalidParameter(
        'ReceiptHandle',
        receiptHandle,
        'Message does not exist or is not available for visibility timeout change.',
      );
    }
    if (message.visibility !== 'in-flight') {
      throw new SqsError('MessageNotInflight', `The message ${message.content.messageId} is not in flight.`);
    }
    const now = this.#now();
    const visibleAtMs = extendedVisibleAtMs(timeoutSeconds, now, message.delivery.lastReceivedMs ?? now);
    this.#setDelivery(message, { ...message.delivery, visibleAtMs });
  }

  drop(message: QueueMessage): void {
    this.#services.store.removeMessage(message);
    this.#contents.remove(message);
  }

  /** Every message, also those in flight; what deduplication remembers stays. */
  purge(): void {
    for (const message of this.#contents.all()) this.drop(message);
  }

  /** Brings the queue to the present: visibility timeouts, delays, the oldest messages' retention. */
  settle(): void {
    const now = this.#now();
    this.#contents.settle(now);
    for (const message of this.#contents.all()) {
      if (!this.#hasExpired(message, now)) break;
      this.drop(message);
    }
    this.#deduplication.forgetExpired(now);
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    this.settle();
    const { visible, delayed, 'in-flight': inFlight } = this.#contents.counts;
    return { visible, inFlight, delayed };
  }

  visibleMessages(): QueueMessage[] {
    this.settle();
    return [...this.#contents.all()].filter((message) => message.visibility === 'visible');
  }

  nextDueMs(): number | undefined {
    return this.#contents.nextDueMs();
  }

  #handOut(message: QueueMessage, visibleAtMs: number): ReceivedMessage {
    const { receiveCount, firstReceivedMs } = message.delivery;
    const now = this.#now();
    this.#setDelivery(message, {
      visibleAtMs,
      receiveCount: receiveCount + 1,
      firstReceivedMs: firstReceivedMs ?? now,
      lastReceivedMs: now,
    });
    return receivedMessage(
      { name: this.name, fifo: this.settings.fifo, accountId: this.#services.accountId },
      message,
    );
  }

  #setDelivery(message: QueueMessage, delivery: QueueMessage['delivery']): void {
    this.#contents.setDelivery(message, delivery, this.#now());
    this.#services.store.updateDelivery(message);
  }

  #findAccepted(
    groupId: string | undefined,
    deduplicationId: string | undefined,
  ): AcceptedMessage | undefined {
    if (deduplicationId === undefined) return undefined;
    return this.#deduplication.find(this.#scope(groupId), deduplicationId, this.#now());
  }

  #remember({ content, position }: QueueMessage): void {
    const { deduplicationId, messageId, groupId, enqueuedMs } = content;
    if (deduplicationId === undefined) return;
    this.#deduplication.remember(
      { scope: this.#scope(groupId), deduplicationId, messageId, sequenceNumber: sequenceNumber(position) },
      enqueuedMs,
    );
  }

  #scope(groupId: string | undefined): string {
    return this.settings.deduplicationScope === 'messageGroup' ? (groupId ?? '') : '';
  }

  #isDeadLetter({ delivery }: QueueMessage): boolean {
    const { redrive } = this.settings;
    return redrive !== undefined && delivery.receiveCount >= redrive.maxReceiveCount;
  }

  #hasExpired({ content }: QueueMessage, nowMs: number): boolean {
    return content.enqueuedMs + this.settings.messageRetentionSeconds * 1_000 <= nowMs;
  }

  #now(): number {
    return this.#services.clock.now();
  }
}
