import { DeduplicationScope, FifoThroughputLimit } from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { WorkQueue } from './work-queue.ts';

/** Accepted messages in the order of their conversation, and the ones that could not be stored. */
export class MessageQueue extends WorkQueue {
  constructor(scope: Construct, id: string, { consumerTimeout }: { readonly consumerTimeout: Duration }) {
    super(scope, id, {
      consumerTimeout,
      // Five may be spent on waiting for an overtaken message; five more, so that a throttled minute parks nothing.
      maxReceiveCount: 10,
      // Of the 1,000 executions that an account has.
      maxConcurrency: 100,
      parked: 'Messages were parked: their senders were told so. See the processor log, then redrive.',
      kind: {
        fifo: true,
        // Limits per conversation instead of 300 calls a second for the whole queue; both settings are needed for it.
        deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
        fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        // The sender gives the id: two people may well write the same text.
        contentBasedDeduplication: false,
      },
    });
  }
}
