/** What a message is inside the queue, and how a receiver sees it. */
import type { ReceivedMessage } from '../contracts.ts';
import { makeReceiptHandle } from './receipt-handle.ts';

/** `binaryValue` is base64, as on the wire. */
export type MessageAttributes = ReceivedMessage['messageAttributes'];

/** What never changes while the message lies in one queue. */
export interface MessageContent {
  readonly messageId: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: MessageAttributes;
  /** The one system attribute that a sender may set: AWSTraceHeader. */
  readonly traceHeader?: string | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly deadLetterSourceArn?: string | undefined;
  /** Retention counts from here. */
  readonly enqueuedMs: number;
}

export interface DeliveryState {
  /** Hidden until then, in flight or delayed; in the past for a visible message. */
  readonly visibleAtMs: number;
  readonly receiveCount: number;
  readonly firstReceivedMs: number | undefined;
  readonly lastReceivedMs: number | undefined;
}

export type Visibility = 'visible' | 'delayed' | 'in-flight';

export interface QueueMessage {
  /** A number that only grows, over all queues and restarts: the order of arrival. */
  readonly position: number;
  readonly content: MessageContent;
  delivery: DeliveryState;
  visibility: Visibility;
}

/** Nothing but time tells the three apart: a hidden message was received, or it is still delayed. */
export function visibilityAt(delivery: DeliveryState, nowMs: number): Visibility {
  if (delivery.visibleAtMs <= nowMs) return 'visible';
  return delivery.receiveCount > 0 ? 'in-flight' : 'delayed';
}

/**
 * 20 digits that increase with every message.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (SequenceNumber)
 */
export function sequenceNumber(position: number): string {
  return `1${String(position).padStart(19, '0')}`;
}

/** The message as this receive shows it, with the receipt handle of this receive. */
export function receivedMessage(
  queue: { name: string; fifo: boolean; accountId: string },
  message: QueueMessage,
): ReceivedMessage {
  const { content, delivery, position } = message;
  return {
    messageId: content.messageId,
    receiptHandle: makeReceiptHandle({
      queueName: queue.name,
      position,
      receiveCount: delivery.receiveCount,
    }),
    body: content.body,
    md5OfBody: content.md5OfBody,
    messageAttributes: content.attributes,
    attributes: {
      SenderId: queue.accountId,
      SentTimestamp: String(content.enqueuedMs),
      ApproximateReceiveCount: String(delivery.receiveCount),
      ApproximateFirstReceiveTimestamp: String(delivery.firstReceivedMs ?? delivery.lastReceivedMs),
      ...(content.groupId === undefined ? {} : { MessageGroupId: content.groupId }),
      ...(content.deduplicationId === undefined ? {} : { MessageDeduplicationId: content.deduplicationId }),
      ...(queue.fifo ? { SequenceNumber: sequenceNumber(position) } : {}),
      ...(content.traceHeader === undefined ? {} : { AWSTraceHeader: content.traceHeader }),
      ...(content.deadLetterSourceArn === undefined
        ? {}
        : { DeadLetterQueueSourceArn: content.deadLetterSourceArn }),
    },
  };
}
