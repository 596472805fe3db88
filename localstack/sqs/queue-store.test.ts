import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { QueueStore } from './queue-store.ts';

const queue = 'chat.fifo';
let clock: HandMovedClock;
let folder: string;
let stateFile: string;
let engine: QueueEngine;

beforeEach(() => {
  clock = handMovedClock();
  folder = mkdtempSync(join(tmpdir(), 'confab-sqs-store-'));
  stateFile = join(folder, 'state', 'sqs.sqlite');
  engine = anEngine({ clock, stateFile });
  engine.defineQueue(aFifoQueue({ visibilityTimeoutSeconds: 30 }));
  return () => {
    engine.close();
    rmSync(folder, { recursive: true });
  };
});

function restart(): void {
  engine.close();
  engine = anEngine({ clock, stateFile });
}

/** What a process would find that started now, had this one been killed: nothing is closed or flushed for it. */
function restartOfACopy(): QueueEngine {
  const copy = join(folder, 'copy.sqlite');
  copyFileSync(stateFile, copy);
  if (existsSync(`${stateFile}-wal`)) copyFileSync(`${stateFile}-wal`, `${copy}-wal`);
  return anEngine({ clock, stateFile: copy });
}

describe('a restart', () => {
  it('keeps queues with their settings, and messages with all that belongs to them', () => {
    engine.sendMessage(queue, {
      body: 'text 👋',
      groupId: 'A',
      deduplicationId: 'd',
      traceHeader: 'Root=1-2-3',
      attributes: {
        name: { dataType: 'String', stringValue: 'value' },
        bytes: { dataType: 'Binary', binaryValue: 'AAEC' },
      },
    });
    const settings = engine.queueAttributes(queue);
    restart();
    expect(engine.queueAttributes(queue)).toEqual(settings);
    expect(engine.receiveMessages(queue)[0]).toMatchObject({
      body: 'text 👋',
      attributes: { MessageGroupId: 'A', MessageDeduplicationId: 'd', AWSTraceHeader: 'Root=1-2-3' },
      messageAttributes: {
        name: { dataType: 'String', stringValue: 'value' },
        bytes: { dataType: 'Binary', binaryValue: 'AAEC' },
      },
    });
  });

  it('keeps messages in flight: the group stays locked, the handle stays good, the receive count goes on', () => {
    sendToGroup(engine, queue, 'A1', 'A2', 'A3');
    const [first] = engine.receiveMessages(queue, { max: 2 });
    restart();
    expect(engine.receiveMessages(queue)).toEqual([]);
    engine.deleteMessage(queue, first?.receiptHandle ?? '');
    clock.advanceSeconds(30);
    const again = engine.receiveMessages(queue, { max: 10 });
    expect(bodies(again)).toEqual(['A2', 'A3']);
    expect(again[0]?.attributes.ApproximateReceiveCount).toBe('2');
  });

  it('keeps the five minutes of deduplication', () => {
    const first = engine.sendMessage(queue, { body: 'one', groupId: 'A', deduplicationId: 'd' });
    deleteAll(engine, queue, engine.receiveMessages(queue));
    clock.advanceSeconds(200);
    restart();
    const send = () => engine.sendMessage(queue, { body: 'two', groupId: 'A', deduplicationId: 'd' });
    expect(send()).toMatchObject({ messageId: first.messageId, sequenceNumber: first.sequenceNumber });
    clock.advanceSeconds(100);
    restart();
    expect(send().messageId).not.toBe(first.messageId);
  });

  it('keeps delays, and sequence numbers go on although the messages are gone', () => {
    engine.defineQueue(aStandardQueue());
    engine.sendMessage('work', { body: 'later', delaySeconds: 60 });
    const before = engine.sendMessage(queue, { body: 'x', groupId: 'A', deduplicationId: 'x' });
    deleteAll(engine, queue, engine.receiveMessages(queue));
    restart();
    expect(engine.queueAttributes('work').ApproximateNumberOfMessagesDelayed).toBe('1');
    const after = engine.sendMessage(queue, { body: 'y', groupId: 'A', deduplicationId: 'y' });
    expect(String(after.sequenceNumber) > String(before.sequenceNumber)).toBe(true);
  });

  it('forgets a deleted queue with everything in it', () => {
    sendToGroup(engine, queue, 'A1');
    engine.deleteQueue(queue);
    restart();
    expect(engine.queueNames()).toEqual([]);
    engine.defineQueue(aFifoQueue());
    expect(engine.receiveMessages(queue)).toEqual([]);
  });
});

describe('the state file', () => {
  it('has every message for which synced() has resolved, even if the process is killed then', async () => {
    sendToGroup(engine, queue, 'A1', 'A2');
    await engine.synced();
    const survivor = restartOfACopy();
    expect(bodies(survivor.receiveMessages(queue, { max: 10 }))).toEqual(['A1', 'A2']);
    survivor.close();
  });

  it('does not have a message before that, so the wait is what makes it safe', async () => {
    await engine.synced();
    sendToGroup(engine, queue, 'A1');
    const survivor = restartOfACopy();
    expect(survivor.receiveMessages(queue)).toEqual([]);
    survivor.close();
  });

  it('does not keep deduplication ids for longer than they count', () => {
    sendToGroup(engine, queue, 'A1');
    clock.advanceSeconds(299);
    engine.receiveMessages(queue);
    restart();
    clock.advanceSeconds(1);
    engine.receiveMessages(queue);
    engine.close();
    const store = new QueueStore(stateFile);
    expect(store.accepted()).toEqual([]);
    expect(store.messages()).toHaveLength(1);
    store.close();
  });

  it('is refused to a second engine while the first has it open, also when that is idle', async () => {
    await engine.synced();
    expect(() => anEngine({ clock, stateFile })).toThrow(/another process/);
  });

  it('takes 2,000 messages a second and more', async () => {
    const sends = 4_000;
    const startedMs = performance.now();
    for (let index = 0; index < sends; index += 1) {
      engine.sendMessage(queue, {
        body: 'x'.repeat(300),
        groupId: `g${index % 50}`,
        deduplicationId: `${index}`,
      });
      if (index % 100 === 99) await engine.synced();
    }
    const perSecond = sends / ((performance.now() - startedMs) / 1_000);
    expect(perSecond).toBeGreaterThan(2_000);
  });
});
