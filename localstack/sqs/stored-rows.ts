/** Rows of the state file as objects. The file is our own, so a row that does not fit is a fault and throws. */
import type { SQLOutputValue } from 'node:sqlite';
import * as z from 'zod/mini';
import type { AcceptedMessage } from './deduplication.ts';
import type { StoredMessage, StoredQueue } from './queue-store.ts';

type Row = Record<string, SQLOutputValue>;

const optionalText = z.optional(z.string());

const settings = z.object({
  name: z.string(),
  fifo: z.boolean(),
  contentBasedDeduplication: z.boolean(),
  deduplicationScope: z.enum(['queue', 'messageGroup']),
  visibilityTimeoutSeconds: z.number(),
  messageRetentionSeconds: z.number(),
  delaySeconds: z.number(),
  maximumMessageBytes: z.number(),
  receiveWaitSeconds: z.number(),
  redrive: z.optional(z.object({ deadLetterQueueName: z.string(), maxReceiveCount: z.number() })),
  inert: z.record(z.string(), z.string()),
});

const content = z.object({
  messageId: z.string(),
  body: z.string(),
  md5OfBody: z.string(),
  attributes: z.record(
    z.string(),
    z.object({
      dataType: z.string(),
      stringValue: z.exactOptional(z.string()),
      binaryValue: z.exactOptional(z.string()),
    }),
  ),
  traceHeader: optionalText,
  groupId: optionalText,
  deduplicationId: optionalText,
  deadLetterSourceArn: optionalText,
  enqueuedMs: z.number(),
});

const queueRow = z.object({ settings: z.string(), created_ms: z.number(), modified_ms: z.number() });

const messageRow = z.object({
  position: z.number(),
  queue_name: z.string(),
  content: z.string(),
  visible_at_ms: z.number(),
  receive_count: z.number(),
  first_received_ms: z.nullable(z.number()),
  last_received_ms: z.nullable(z.number()),
});

const acceptedRow = z.object({
  queue_name: z.string(),
  scope: z.string(),
  deduplication_id: z.string(),
  message_id: z.string(),
  sequence_number: z.string(),
  expires_ms: z.number(),
});

export function decodeQueue(row: Row): StoredQueue {
  const parsed = queueRow.parse(row);
  return {
    settings: settings.parse(JSON.parse(parsed.settings)),
    createdMs: parsed.created_ms,
    modifiedMs: parsed.modified_ms,
  };
}

export function decodeMessage(row: Row): StoredMessage {
  const parsed = messageRow.parse(row);
  return {
    queueName: parsed.queue_name,
    position: parsed.position,
    content: content.parse(JSON.parse(parsed.content)),
    delivery: {
      visibleAtMs: parsed.visible_at_ms,
      receiveCount: parsed.receive_count,
      firstReceivedMs: parsed.first_received_ms ?? undefined,
      lastReceivedMs: parsed.last_received_ms ?? undefined,
    },
  };
}

export function decodeAccepted(row: Row): { queueName: string; accepted: AcceptedMessage } {
  const parsed = acceptedRow.parse(row);
  return {
    queueName: parsed.queue_name,
    accepted: {
      scope: parsed.scope,
      deduplicationId: parsed.deduplication_id,
      messageId: parsed.message_id,
      sequenceNumber: parsed.sequence_number,
      expiresMs: parsed.expires_ms,
    },
  };
}
