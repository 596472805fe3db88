/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html */
import { beforeEach, describe, expect, it } from 'vitest';
import type { QueueEngine } from './queue-engine.ts';
import {
  aFifoQueue,
  anEngine,
  aStandardQueue,
  bodies,
  deleteAll,
  type HandMovedClock,
  handMovedClock,
  sendToGroup,
} from './queue-fixtures.ts';
import { createQueueReader } from './queue-reader.ts';

const queue = 'chat.fifo';
let clock: HandMovedClock;
let engine: QueueEngine;

beforeEach(() => {
  clock = handMovedClock();
  engine = anEngine({ clock });
  engine.defineQueue(aFifoQueue({ visibilityTimeoutSeconds: 30 }));
  return () => engine.close();
});

function poll(options: { max?: number; waitMs?: number; signal?: AbortSignal } = {}): Promise<string[]> {
  return engine.pollMessages(queue, { max: 10, waitMs: 20_000, ...options }).then(bodies);
}

describe('a waiting receive', () => {
  it('returns as soon as a message is sent', async () => {
    const waiting = poll();
    sendToGroup(engine, queue, 'A1');
    expect(await waiting).toEqual(['A1']);
  });

  it('gets a whole batch that is sent at once', async () => {
    const waiting = poll();
    engine.sendMessageBatch(
      queue,
      ['A1', 'A2', 'B1'].map((body) => ({ id: body, body, groupId: body.charAt(0), deduplicationId: body })),
    );
    expect(await waiting).toEqual(['A1', 'A2', 'B1']);
  });

  it('returns nothing when its time is over, and what came later goes to the next', async () => {
    const waiting = poll({ waitMs: 5_000 });
    clock.advanceSeconds(5);
    engine.tick();
    expect(await waiting).toEqual([]);
    sendToGroup(engine, queue, 'A1');
    expect(await poll({ waitMs: 0 })).toEqual(['A1']);
  });

  it('wakes when the visibility timeout of a message ends', async () => {
    sendToGroup(engine, queue, 'A1');
    engine.receiveMessages(queue, { visibilityTimeoutSeconds: 3 });
    const waiting = poll();
    clock.advanceSeconds(3);
    engine.tick();
    expect(await waiting).toEqual(['A1']);
  });

  it('wakes by itself on the real clock, for the end of a visibility timeout and for its own deadline', async () => {
    const real = anEngine({ clock: { now: () => Date.now() } });
    real.defineQueue(aStandardQueue());
    real.sendMessage('work', { body: 'one' });
    real.receiveMessages('work', { visibilityTimeoutSeconds: 1 });
    expect(await real.pollMessages('work', { waitMs: 50 })).toEqual([]);
    expect(bodies(await real.pollMessages('work', { waitMs: 10_000 }))).toEqual(['one']);
    real.close();
  });

  it('wakes when a delete unlocks the group, and when a message is shown early', async () => {
    sendToGroup(engine, queue, 'A1', 'A2');
    const first = engine.receiveMessages(queue);
    const unlocked = poll();
    deleteAll(engine, queue, first);
    expect(await unlocked).toEqual(['A2']);
    sendToGroup(engine, queue, 'B1');
    const [held] = engine.receiveMessages(queue);
    const shown = poll();
    engine.changeMessageVisibility(queue, held?.receiptHandle ?? '', 0);
    expect(await shown).toEqual(['B1']);
  });

  it('shares groups with other waiting receives, first come first served', async () => {
    const [first, second] = [poll(), poll()];
    sendToGroup(engine, queue, 'A1', 'A2', 'B1');
    expect(await first).toEqual(['A1']);
    expect(await second).toEqual(['B1']);
  });

  it('takes nothing after it was aborted', async () => {
    const controller = new AbortController();
    const waiting = poll({ signal: controller.signal });
    controller.abort();
    expect(await waiting).toEqual([]);
    expect(await poll({ signal: controller.signal })).toEqual([]);
    sendToGroup(engine, queue, 'A1');
    expect(await poll()).toEqual(['A1']);
  });

  it('ends with nothing when the queue is deleted or the engine is closed; a closed engine takes no more', async () => {
    engine.defineQueue(aStandardQueue());
    const onDeleted = engine.pollMessages('work', { waitMs: 20_000 });
    const onClosed = poll();
    engine.deleteQueue('work');
    engine.close();
    expect(await onDeleted).toEqual([]);
    expect(await onClosed).toEqual([]);
    await expect(poll()).rejects.toThrow(/closed/);
  });
});

describe('the queue reader', () => {
  it('receives, deletes many, and leaves expired handles alone', async () => {
    const reader = createQueueReader(engine);
    sendToGroup(engine, queue, 'A1', 'A2', 'B1');
    const batch = await reader.receive(queue, { max: 10, waitMs: 0 });
    reader.delete(
      queue,
      batch.slice(0, 2).map(({ receiptHandle }) => receiptHandle),
    );
    clock.advanceSeconds(30);
    const stale = batch[2]?.receiptHandle ?? '';
    reader.delete(queue, [stale]);
    reader.delete(queue, []);
    reader.changeVisibility(queue, stale, 0);
    expect(bodies(await reader.receive(queue, { max: 10, waitMs: 0 }))).toEqual(['B1']);
    expect(() => reader.delete('nowhere', [stale])).toThrow(/does not exist/);
  });
});
