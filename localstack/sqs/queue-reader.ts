import type { QueueReader } from '../contracts.ts';
import { entriesMax } from './batches.ts';
import type { QueueEngine } from './queue-engine.ts';
import { SqsError } from './sqs-errors.ts';

/**
 * The queues for an event source mapping in the same process. A receipt handle that has expired is left alone: its
 * message is, or will be, delivered again anyway.
 */
export function createQueueReader(engine: QueueEngine): QueueReader {
  return {
    receive: (queueName, options) => engine.pollMessages(queueName, options),
    delete: (queueName, receiptHandles) => {
      for (let start = 0; start < receiptHandles.length; start += entriesMax) {
        const handles = receiptHandles.slice(start, start + entriesMax);
        engine.deleteMessageBatch(
          queueName,
          handles.map((receiptHandle, index) => ({ id: String(index), receiptHandle })),
        );
      }
    },
    changeVisibility: (queueName, receiptHandle, timeoutSeconds) => {
      try {
        engine.changeMessageVisibility(queueName, receiptHandle, timeoutSeconds);
      } catch (error) {
        if (!(error instanceof SqsError && expiredHandleCodes.has(error.code))) throw error;
      }
    },
  };
}

const expiredHandleCodes = new Set(['InvalidParameterValue', 'MessageNotInflight']);
