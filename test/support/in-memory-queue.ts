import type { TimelineEvent } from '../../events/change-accepted.ts';
import { AppError } from '../../shared/errors.ts';
import type { QueueControl } from '../../shared/messages/sqs-queue-control.ts';
import type { MessageQueue } from '../../shared/messages/submit-message.ts';

export interface InMemoryQueue extends MessageQueue {
  readonly messages: TimelineEvent[];
  isDown: boolean;
}

export function inMemoryQueue(): InMemoryQueue {
  const messages: TimelineEvent[] = [];
  return {
    messages,
    isDown: false,
    async enqueue(message) {
      if (this.isDown) throw new AppError('unavailable');
      messages.push(message);
    },
  };
}

export interface InMemoryQueueControl extends QueueControl {
  readonly parked: { messageId: string; reason: string }[];
  readonly retries: { messageIds: string[]; delaySeconds: number }[];
  isDown: boolean;
}

export function inMemoryQueueControl(): InMemoryQueueControl {
  const parked: { messageId: string; reason: string }[] = [];
  const retries: { messageIds: string[]; delaySeconds: number }[] = [];
  const control: InMemoryQueueControl = {
    parked,
    retries,
    isDown: false,
    async park({ messageId }, reason) {
      assertUp();
      parked.push({ messageId, reason });
    },
    async retrySoon(records, delaySeconds) {
      assertUp();
      retries.push({ messageIds: records.map(({ messageId }) => messageId), delaySeconds });
    },
  };
  const assertUp = () => {
    if (control.isDown) throw new Error('SQS does not answer');
  };
  return control;
}
