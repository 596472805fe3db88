import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { NoticePublished } from '../../events/notice-published.ts';
import { AppError } from '../errors.ts';
import type { NoticeQueue } from './notice-queue.ts';

/** A standard queue: a step may be taken twice. */
export function sqsNoticeQueue(client: SQSClient, queueUrl: string): NoticeQueue {
  return {
    async enqueue(step) {
      const event: NoticePublished = { name: 'notice.published', version: 1, ...step };
      try {
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) }));
      } catch (error) {
        throw new AppError('unavailable', 'it was not taken, send it again', { cause: error });
      }
    },
  };
}
