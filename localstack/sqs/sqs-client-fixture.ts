/** SQS behind a socket with a client of the AWS SDK, as functions use it, on a clock that is moved by hand. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { aFifoQueue, type HandMovedClock, handMovedClock } from './queue-fixtures.ts';
import { createSqs, type ListeningSqs, type Sqs } from './sqs-server.ts';

export interface SqsFixture {
  readonly clock: HandMovedClock;
  readonly sqs: Sqs;
  readonly server: ListeningSqs;
  readonly client: SQSClient;
  /** Of chat.fifo, whose dead-letter queue is dead.fifo after one receive. */
  readonly QueueUrl: string;
  /** The body is the deduplication id as well, in hexadecimal. */
  readonly send: (body: string) => Promise<unknown>;
  stop(): Promise<void>;
}

export async function startSqs(): Promise<SqsFixture> {
  const clock = handMovedClock();
  const sqs = createSqs({ clock, region: 'eu-west-1', accountId: '000000000000' });
  // The source before its dead-letter queue: the order is not the caller's business.
  sqs.defineQueues([
    aFifoQueue({ redrive: { deadLetterQueueName: 'dead.fifo', maxReceiveCount: 1 } }),
    aFifoQueue({ name: 'dead.fifo' }),
  ]);
  const server = await sqs.listen();
  const QueueUrl = server.queueUrl('chat.fifo');
  const client = new SQSClient({
    endpoint: server.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    clock,
    sqs,
    server,
    client,
    QueueUrl,
    send: (body) => {
      const MessageDeduplicationId = Buffer.from(body).toString('hex');
      const input = { QueueUrl, MessageBody: body, MessageGroupId: 'A', MessageDeduplicationId };
      return client.send(new SendMessageCommand(input));
    },
    stop: async () => {
      client.destroy();
      sqs.close();
      await server.close();
    },
  };
}

/** What the promise rejects with, as plain data. */
export function errorOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return promise.then(
    () => expect.fail('should have been refused'),
    (error: unknown) => ({ ...(error as object), name: (error as Error).name }),
  );
}
