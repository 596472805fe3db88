import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { WorkQueue } from './work-queue.ts';

/** What follows from something that happened to an account (events/account-event.ts), and what could not be done. */
export class AccountEventQueue extends WorkQueue {
  constructor(scope: Construct, id: string, { consumerTimeout }: { readonly consumerTimeout: Duration }) {
    super(scope, id, {
      consumerTimeout,
      maxReceiveCount: 5,
      // Ten mails each; a new sender may send fourteen a second.
      maxConcurrency: 20,
      parked:
        'Account events were parked: a mail or SMS was not sent, sockets were not closed or an erasure is not complete. ' +
        'See the consumer log, then redrive.',
      // Shorter than in the dead-letter queue: a standard queue counts from the first day of a message in either.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
      retention: Duration.days(4),
    });
  }
}
