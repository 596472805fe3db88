import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import type { MessageQueue } from './submit-message.ts';

/**
 * The deduplication id names the frame, not only the message: the SDK's own retry of a send that timed out after
 * success is dropped by SQS, but a client's retry goes through, because it waits for an ack that only the processor
 * can give. The hash keeps one sender from colliding with another's id (docs/adr/0003-deduplication.md).
 */
export function sqsMessageQueue(client: SQSClient, queueUrl: string): MessageQueue {
  return {
    async enqueue(event) {
      const { sender_id, convo_id, client_msg_id, request_id } = event;
      try {
        await client.send(
          new SendMessageCommand({
            QueueUrl: queueUrl,
            MessageBody: JSON.stringify(event),
            MessageGroupId: convo_id,
            MessageDeduplicationId: sha256(JSON.stringify([sender_id, convo_id, client_msg_id, request_id])),
          }),
        );
      } catch (error) {
        throw new AppError('unavailable', 'it was not accepted, send it again', { cause: error });
      }
    },
  };
}
