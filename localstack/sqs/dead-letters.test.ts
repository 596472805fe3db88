/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { QueueEngine } from './queue-engine.ts';
import {
  aFifoQueue,
  anEngine,
  aStandardQueue,
  bodies,
  type HandMovedClock,
  handMovedClock,
  sendToGroup,
} from './queue-fixtures.ts';

const dayS = 86_400;
let clock: HandMovedClock;
let engine: QueueEngine;

beforeEach(() => {
  clock = handMovedClock();
  engine = anEngine({ clock });
  engine.defineQueue(aFifoQueue({ name: 'dead.fifo', messageRetentionSeconds: 4 * dayS }));
  const redrive = { deadLetterQueueName: 'dead.fifo', maxReceiveCount: 2 };
  engine.defineQueue(
    aFifoQueue({ redrive, visibilityTimeoutSeconds: 30, messageRetentionSeconds: 4 * dayS }),
  );
  return () => engine.close();
});

function failTwice(queue: string): void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    engine.receiveMessages(queue, { max: 1 });
    clock.advanceSeconds(30);
  }
}

describe('dead-letter queues', () => {
  it('get a message after maxReceiveCount receives, and its group goes on without it', () => {
    sendToGroup(engine, 'chat.fifo', 'A1', 'A2');
    failTwice('chat.fifo');
    expect(bodies(engine.receiveMessages('chat.fifo', { max: 10 }))).toEqual(['A2']);
    expect(bodies(engine.receiveMessages('dead.fifo', { max: 10 }))).toEqual(['A1']);
  });

  it('show where the message came from, its old id, and that id in place of the deduplication id', () => {
    sendToGroup(engine, 'chat.fifo', 'A1');
    failTwice('chat.fifo');
    engine.receiveMessages('chat.fifo');
    const [message] = engine.receiveMessages('dead.fifo');
    expect(message?.attributes).toMatchObject({
      DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:chat.fifo',
      MessageDeduplicationId: message?.messageId,
      MessageGroupId: 'A',
    });
  });

  it('keep two messages that were sent with one deduplication id', () => {
    for (let round = 0; round < 2; round += 1) {
      sendToGroup(engine, 'chat.fifo', 'A1');
      failTwice('chat.fifo');
      engine.receiveMessages('chat.fifo');
      clock.advanceSeconds(300);
    }
    expect(bodies(engine.receiveMessages('dead.fifo', { max: 10 }))).toEqual(['A1', 'A1']);
  });

  it('count retention anew on FIFO queues', () => {
    sendToGroup(engine, 'chat.fifo', 'A1');
    clock.advanceSeconds(dayS);
    failTwice('chat.fifo');
    engine.receiveMessages('chat.fifo');
    clock.advanceSeconds(4 * dayS - 1);
    expect(engine.queueAttributes('dead.fifo').ApproximateNumberOfMessages).toBe('1');
    clock.advanceSeconds(1);
    expect(engine.queueAttributes('dead.fifo').ApproximateNumberOfMessages).toBe('0');
  });

  it('count retention from the first sending on standard queues', () => {
    engine.defineQueue(aStandardQueue({ name: 'dead', messageRetentionSeconds: 4 * dayS }));
    const redrive = { deadLetterQueueName: 'dead', maxReceiveCount: 1 };
    engine.defineQueue(aStandardQueue({ redrive }));
    engine.sendMessage('work', { body: 'one' });
    engine.receiveMessages('work');
    clock.advanceSeconds(dayS);
    engine.receiveMessages('work');
    clock.advanceSeconds(3 * dayS - 1);
    expect(engine.queueAttributes('dead').ApproximateNumberOfMessages).toBe('1');
    clock.advanceSeconds(1);
    expect(engine.receiveMessages('dead')).toEqual([]);
  });

  it('forget an old letter that came in after a younger message', () => {
    engine.defineQueue(aStandardQueue({ name: 'dead', messageRetentionSeconds: 4 * dayS }));
    engine.defineQueue(aStandardQueue({ redrive: { deadLetterQueueName: 'dead', maxReceiveCount: 1 } }));
    engine.sendMessage('work', { body: 'old' });
    clock.advanceSeconds(dayS);
    engine.sendMessage('dead', { body: 'young' });
    engine.receiveMessages('work');
    clock.advanceSeconds(30);
    engine.receiveMessages('work');
    clock.advanceSeconds(3 * dayS - 30);
    expect(bodies(engine.receiveMessages('dead', { max: 10 }))).toEqual(['young']);
  });

  it('must exist and be of the type of their source', () => {
    const redrive = { deadLetterQueueName: 'nowhere', maxReceiveCount: 1 };
    expect(() => engine.defineQueue(aStandardQueue({ redrive }))).toThrow(/does not exist/);
    expect(() =>
      engine.defineQueue(aStandardQueue({ redrive: { ...redrive, deadLetterQueueName: 'dead.fifo' } })),
    ).toThrow(/same type/);
  });

  it('wake a receive that waits for a dead letter', async () => {
    const waiting = engine.pollMessages('dead.fifo', { waitMs: 20_000 });
    sendToGroup(engine, 'chat.fifo', 'A1');
    failTwice('chat.fifo');
    expect(engine.receiveMessages('chat.fifo')).toEqual([]);
    expect(bodies(await waiting)).toEqual(['A1']);
  });
});

describe('StartMessageMoveTask', () => {
  const deadArn = 'arn:aws:sqs:eu-west-1:000000000000:dead.fifo';

  it('moves the dead letters back to their source in order, as new messages', () => {
    sendToGroup(engine, 'chat.fifo', 'A1', 'B1');
    const before = engine.receiveMessages('chat.fifo', { max: 10 });
    clock.advanceSeconds(30);
    engine.receiveMessages('chat.fifo', { max: 10 });
    clock.advanceSeconds(30);
    engine.receiveMessages('chat.fifo', { max: 10 });
    const task = engine.startMessageMoveTask(deadArn);
    expect(task).toMatchObject({ status: 'COMPLETED', messagesMoved: 2, messagesToMove: 2 });
    const after = engine.receiveMessages('chat.fifo', { max: 10 });
    expect(bodies(after)).toEqual(['A1', 'B1']);
    expect(after[0]?.messageId).not.toBe(before[0]?.messageId);
    expect(after[0]?.attributes.ApproximateReceiveCount).toBe('1');
    expect(engine.listMessageMoveTasks(deadArn)).toEqual([task]);
  });

  it('takes only a queue that is a dead-letter queue', () => {
    expect(() => engine.startMessageMoveTask(engine.queueArn('chat.fifo'))).toThrow(/Dead Letter Queue/);
    expect(() => engine.startMessageMoveTask(`${deadArn}x`)).toThrow(/doesn't exist/);
  });
});
