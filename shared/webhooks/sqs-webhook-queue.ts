import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { WebhookDelivery } from '../../events/webhook-delivery.ts';
import { AppError } from '../errors.ts';
import type { WebhookQueue, WebhookRetries } from './webhook-queue.ts';

/**
 * A batch has at most ten messages and 1 MiB in all; some of that is left for what the request says beside the bodies.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const batchMax = 10;
const batchMaxBytes = 1_000_000;

/** A standard queue: at least once, in any order. A batch of which only a part was taken counts as not taken. */
export function sqsWebhookQueue(client: SQSClient, queueUrl: string): WebhookQueue {
  return {
    async enqueue(deliveries) {
      try {
        for (const Entries of batchesOf(deliveries)) {
          const { Failed = [] } = await client.send(
            new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
          );
          const [failed] = Failed;
          if (failed)
            throw new Error(`${Failed.length} deliveries were not taken, the first: ${failed.Code}`);
        }
      } catch (error) {
        throw new AppError('unavailable', 'webhook deliveries could not be queued', { cause: error });
      }
    },
  };
}

export function sqsWebhookRetries(client: SQSClient, queueUrl: string): WebhookRetries {
  return {
    async later(receiptHandle, delaySeconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: delaySeconds,
        }),
      );
    },
  };
}

function batchesOf(deliveries: readonly WebhookDelivery[]): SendMessageBatchRequestEntry[][] {
  const batches: SendMessageBatchRequestEntry[][] = [];
  let bytes = 0;
  for (const [index, delivery] of deliveries.entries()) {
    const body = transportable(delivery);
    const size = Buffer.byteLength(body);
    const batch = batches.at(-1);
    const fits = batch && batch.length < batchMax && bytes + size <= batchMaxBytes;
    const entry = { Id: String(index), MessageBody: body };
    if (fits) batch.push(entry);
    else batches.push([entry]);
    bytes = fits ? bytes + size : size;
  }
  return batches;
}

/** SQS takes no U+FFFE and U+FFFF, which a title may well have; JSON can write them in ASCII. */
function transportable(delivery: WebhookDelivery): string {
  return JSON.stringify(delivery).replace(
    /[\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}
