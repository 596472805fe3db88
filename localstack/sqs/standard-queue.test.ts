import { beforeEach, describe, expect, it } from 'vitest';
import type { QueueEngine } from './queue-engine.ts';
import { anEngine, aStandardQueue, bodies, type HandMovedClock, handMovedClock } from './queue-fixtures.ts';

let clock: HandMovedClock;
let engine: QueueEngine;

beforeEach(() => {
  clock = handMovedClock();
  engine = anEngine({ clock });
  engine.defineQueue(aStandardQueue({ visibilityTimeoutSeconds: 30, messageRetentionSeconds: 3_600 }));
  return () => engine.close();
});

function counts(): (string | undefined)[] {
  const attributes = engine.queueAttributes('work');
  return [
    attributes.ApproximateNumberOfMessages,
    attributes.ApproximateNumberOfMessagesNotVisible,
    attributes.ApproximateNumberOfMessagesDelayed,
  ];
}

describe('a standard queue', () => {
  it('hands out visible messages whatever else is in flight', () => {
    for (const body of ['1', '2', '3']) engine.sendMessage('work', { body });
    expect(bodies(engine.receiveMessages('work'))).toEqual(['1']);
    expect(bodies(engine.receiveMessages('work', { max: 10 }))).toEqual(['2', '3']);
    expect(counts()).toEqual(['0', '3', '0']);
  });

  it('shows a message again after its visibility timeout, with a higher receive count', () => {
    engine.sendMessage('work', { body: 'one' });
    engine.receiveMessages('work', { visibilityTimeoutSeconds: 5 });
    clock.advanceSeconds(5);
    expect(engine.receiveMessages('work')[0]?.attributes.ApproximateReceiveCount).toBe('2');
  });

  it('does not delete by a handle that a later receive has replaced, and says nothing of it (API_DeleteMessage)', () => {
    engine.sendMessage('work', { body: 'one' });
    const [stale] = engine.receiveMessages('work');
    clock.advanceSeconds(30);
    const [fresh] = engine.receiveMessages('work');
    engine.deleteMessage('work', stale?.receiptHandle ?? '');
    expect(counts()).toEqual(['0', '1', '0']);
    clock.advanceSeconds(30);
    engine.deleteMessage('work', fresh?.receiptHandle ?? '');
    expect(counts()).toEqual(['0', '0', '0']);
  });

  it('delays a message by its own delay or else by that of the queue', () => {
    engine.setQueueAttributes('work', { DelaySeconds: '10' });
    engine.sendMessage('work', { body: 'later' });
    engine.sendMessage('work', { body: 'now', delaySeconds: 0 });
    expect(counts()).toEqual(['1', '0', '1']);
    expect(bodies(engine.receiveMessages('work', { max: 10 }))).toEqual(['now']);
    clock.advanceSeconds(10);
    expect(bodies(engine.receiveMessages('work', { max: 10 }))).toEqual(['later']);
  });

  it('forgets a message after its retention period, in flight or not', () => {
    engine.sendMessage('work', { body: 'one' });
    engine.sendMessage('work', { body: 'two' });
    clock.advanceSeconds(3_590);
    const [inFlight] = engine.receiveMessages('work');
    clock.advanceSeconds(10);
    expect(counts()).toEqual(['0', '0', '0']);
    engine.deleteMessage('work', inFlight?.receiptHandle ?? '');
  });

  it('refuses what only FIFO queues know', () => {
    expect(() => engine.sendMessage('work', { body: 'x', deduplicationId: 'd' })).toThrow(
      /not valid for this queue/,
    );
    expect(() => engine.setQueueAttributes('work', { DeduplicationScope: 'queue' })).toThrow(
      /Unknown Attribute/,
    );
  });

  it('purges everything, once a minute', () => {
    engine.sendMessage('work', { body: 'one' });
    engine.receiveMessages('work');
    engine.sendMessage('work', { body: 'two' });
    engine.purgeQueue('work');
    expect(counts()).toEqual(['0', '0', '0']);
    expect(() => engine.purgeQueue('work')).toThrow(/every 60 seconds/);
    clock.advanceSeconds(60);
    engine.purgeQueue('work');
  });
});

describe('the definition of a queue', () => {
  it('can be repeated and changed, and the messages stay', () => {
    engine.sendMessage('work', { body: 'one' });
    engine.defineQueue(aStandardQueue({ visibilityTimeoutSeconds: 99 }));
    expect(engine.queueAttributes('work').VisibilityTimeout).toBe('99');
    expect(counts()).toEqual(['1', '0', '0']);
  });

  it('names FIFO queues with the suffix .fifo, and no others', () => {
    expect(() => engine.defineQueue(aStandardQueue({ name: 'a.fifo' }))).toThrow(/The name of a queue/);
    expect(() => engine.defineQueue(aStandardQueue({ name: 'a', fifo: true }))).toThrow(/\.fifo suffix/);
  });

  it('keeps within the ranges of the attributes', () => {
    expect(() => engine.setQueueAttributes('work', { VisibilityTimeout: '43201' })).toThrow(
      /VisibilityTimeout/,
    );
    expect(() => engine.setQueueAttributes('work', { MaximumMessageSize: '1048577' })).toThrow(
      /MaximumMessageSize/,
    );
    expect(() => engine.setQueueAttributes('work', { MessageRetentionPeriod: '59' })).toThrow(/Retention/);
    expect(() => engine.setQueueAttributes('work', { Nonsense: '1' })).toThrow('Unknown Attribute Nonsense');
  });

  it('answers createQueue for an existing queue only if the attributes agree', () => {
    engine.createQueue('work', { VisibilityTimeout: '30' });
    expect(() => engine.createQueue('work', { VisibilityTimeout: '31' })).toThrow(
      'A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    );
  });
});
