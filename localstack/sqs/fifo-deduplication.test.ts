/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-key-terms.html */
import { beforeEach, describe, expect, it } from 'vitest';
import type { QueueEngine } from './queue-engine.ts';
import {
  aFifoQueue,
  anEngine,
  bodies,
  deleteAll,
  type HandMovedClock,
  handMovedClock,
} from './queue-fixtures.ts';

const queue = 'chat.fifo';
let clock: HandMovedClock;
let engine: QueueEngine;

beforeEach(() => {
  clock = handMovedClock();
  engine = anEngine({ clock });
  engine.defineQueue(aFifoQueue());
  return () => engine.close();
});

function send(
  body: string,
  groupId: string,
  deduplicationId?: string,
): ReturnType<QueueEngine['sendMessage']> {
  return engine.sendMessage(queue, { body, groupId, deduplicationId });
}

describe('deduplication', () => {
  it('accepts a duplicate, answers with the first message id and sequence number, and delivers one message', () => {
    const first = send('one', 'A', 'same');
    const second = send('two', 'A', 'same');
    expect(second.messageId).toBe(first.messageId);
    expect(second.sequenceNumber).toBe(first.sequenceNumber);
    expect(bodies(engine.receiveMessages(queue, { max: 10 }))).toEqual(['one']);
  });

  it('holds for five minutes, also after the message was received and deleted', () => {
    send('one', 'A', 'same');
    deleteAll(engine, queue, engine.receiveMessages(queue));
    clock.advanceSeconds(299);
    send('two', 'A', 'same');
    expect(engine.receiveMessages(queue)).toEqual([]);
    clock.advanceSeconds(1);
    send('three', 'A', 'same');
    expect(bodies(engine.receiveMessages(queue))).toEqual(['three']);
  });

  it('spans all groups with the scope queue', () => {
    send('one', 'A', 'same');
    send('two', 'B', 'same');
    expect(bodies(engine.receiveMessages(queue, { max: 10 }))).toEqual(['one']);
  });

  it('leaves other groups alone with the scope messageGroup', () => {
    engine.defineQueue(aFifoQueue({ deduplicationScope: 'messageGroup' }));
    send('one', 'A', 'same');
    send('two', 'B', 'same');
    send('three', 'A', 'same');
    expect(bodies(engine.receiveMessages(queue, { max: 10 }))).toEqual(['one', 'two']);
  });

  it('compares the bodies if it is content-based, unless an id is given', () => {
    engine.defineQueue(aFifoQueue({ contentBasedDeduplication: true }));
    send('one', 'A');
    send('one', 'A');
    send('one', 'A', 'its-own-id');
    send('two', 'A');
    expect(bodies(engine.receiveMessages(queue, { max: 10 }))).toEqual(['one', 'one', 'two']);
  });

  it('needs an id if it is not content-based', () => {
    expect(() => send('one', 'A')).toThrow(/ContentBasedDeduplication enabled or MessageDeduplicationId/);
  });

  it('drops a duplicate within one batch', () => {
    const result = engine.sendMessageBatch(queue, [
      { id: 'a', body: 'one', groupId: 'A', deduplicationId: 'same' },
      { id: 'b', body: 'two', groupId: 'A', deduplicationId: 'same' },
    ]);
    expect(new Set(result.successful.map((entry) => entry.result.messageId)).size).toBe(1);
    expect(bodies(engine.receiveMessages(queue, { max: 10 }))).toEqual(['one']);
  });
});
