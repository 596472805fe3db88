import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** A queue message that the processor gives back or gives up. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly groupId: string;
}

/** What the processor may do with a record beside taking it. */
export interface QueueControl {
  /** Puts a message that can never be processed aside, with the reason, for an operator. Resolves when it is durable. */
  park(record: QueueRecord, reason: string): Promise<void>;
  /** Makes failed messages (10 at most) visible again soon, instead of after the whole visibility timeout. */
  retrySoon(records: readonly QueueRecord[], delaySeconds: number): Promise<void>;
}

export function sqsQueueControl(
  client: SQSClient,
  urls: { queueUrl: string; deadLetterQueueUrl: string },
): QueueControl {
  return {
    async park(record, reason) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: urls.deadLetterQueueUrl,
          MessageBody: record.body,
          MessageGroupId: record.groupId,
          // As SQS itself does when it moves a message to a dead-letter queue.
          MessageDeduplicationId: record.messageId,
          MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
        }),
      );
    },

    async retrySoon(records, delaySeconds) {
      await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: urls.queueUrl,
          Entries: records.map((record, index) => ({
            Id: String(index),
            ReceiptHandle: record.receiptHandle,
            VisibilityTimeout: delaySeconds,
          })),
        }),
      );
    },
  };
}
