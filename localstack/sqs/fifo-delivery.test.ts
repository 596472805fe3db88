/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { QueueEngine } from './queue-engine.ts';
import {
  aFifoQueue,
  anEngine,
  bodies,
  deleteAll,
  type HandMovedClock,
  handMovedClock,
  sendToGroup,
} from './queue-fixtures.ts';

const queue = 'chat.fifo';
let clock: HandMovedClock;
let engine: QueueEngine;

function receive(max = 10): ReturnType<QueueEngine['receiveMessages']> {
  return engine.receiveMessages(queue, { max });
}

beforeEach(() => {
  clock = handMovedClock();
  engine = anEngine({ clock });
  engine.defineQueue(aFifoQueue({ visibilityTimeoutSeconds: 30 }));
  return () => engine.close();
});

describe('delivery of a FIFO queue', () => {
  it('returns several messages of one group in one receive, in the order they were sent', () => {
    sendToGroup(engine, queue, 'A1', 'A2', 'A3');
    expect(bodies(receive())).toEqual(['A1', 'A2', 'A3']);
  });

  it('fills a batch with other groups, each in its own order, and never beyond ten', () => {
    const sent = ['A1', 'B1', 'A2', 'C1', 'B2', 'A3', 'C2', 'B3', 'A4', 'C3', 'B4', 'C4'];
    sendToGroup(engine, queue, ...sent);
    const received = bodies(receive());
    expect(received).toHaveLength(10);
    for (const group of ['A', 'B', 'C']) {
      const ofGroup = sent.filter((body) => body.startsWith(group));
      const got = received.filter((body) => body.startsWith(group));
      expect(got).toEqual(ofGroup.slice(0, got.length));
    }
  });

  it('takes as many messages of one group as possible before it takes from the next', () => {
    sendToGroup(engine, queue, 'A1', 'B1', 'A2', 'B2');
    expect(bodies(receive(3))).toEqual(['A1', 'A2', 'B1']);
  });

  it('answers one message if no maximum is given, and refuses a maximum beyond ten', () => {
    sendToGroup(engine, queue, 'A1', 'A2');
    expect(bodies(engine.receiveMessages(queue))).toEqual(['A1']);
    expect(() => receive(11)).toThrow(/Must be between 1 and 10/);
  });

  it('delivers nothing of a group while a message of it is in flight, and other groups all the same', () => {
    sendToGroup(engine, queue, 'A1', 'A2', 'A3');
    receive(1);
    sendToGroup(engine, queue, 'B1');
    expect(bodies(receive())).toEqual(['B1']);
    expect(receive()).toEqual([]);
  });

  it('unlocks a group when its last message in flight is deleted', () => {
    sendToGroup(engine, queue, 'A1', 'A2', 'A3');
    const [first, second] = receive(2);
    deleteAll(engine, queue, first === undefined ? [] : [first]);
    expect(receive()).toEqual([]);
    deleteAll(engine, queue, second === undefined ? [] : [second]);
    expect(bodies(receive())).toEqual(['A3']);
  });

  it('redelivers the rest of a batch in order after a partial delete and the visibility timeout', () => {
    sendToGroup(engine, queue, 'A1', 'A2', 'A3', 'A4');
    const batch = receive(3);
    deleteAll(engine, queue, batch.slice(0, 1));
    clock.advanceSeconds(29);
    expect(receive()).toEqual([]);
    clock.advanceSeconds(1);
    const again = receive();
    expect(bodies(again)).toEqual(['A2', 'A3', 'A4']);
    expect(again.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(['2', '2', '1']);
  });

  it('keeps a group locked until every message of the batch is back, also if some are shown early', () => {
    sendToGroup(engine, queue, 'A1', 'A2');
    const [first, second] = receive();
    engine.changeMessageVisibility(queue, first?.receiptHandle ?? '', 0);
    expect(receive()).toEqual([]);
    engine.changeMessageVisibility(queue, second?.receiptHandle ?? '', 0);
    expect(bodies(receive())).toEqual(['A1', 'A2']);
  });

  it('gives groups their turn, so that a busy one does not starve the others', () => {
    sendToGroup(engine, queue, 'A1', 'A2', 'A3', 'B1');
    const first = receive(1);
    deleteAll(engine, queue, first);
    expect(bodies(receive(1))).toEqual(['B1']);
  });

  it('hides new messages for the delay of the queue, and refuses a delay of one message', () => {
    engine.defineQueue(aFifoQueue({ delaySeconds: 5 }));
    sendToGroup(engine, queue, 'A1');
    expect(receive()).toEqual([]);
    expect(engine.queueAttributes(queue).ApproximateNumberOfMessagesDelayed).toBe('1');
    clock.advanceSeconds(5);
    expect(bodies(receive())).toEqual(['A1']);
    expect(() =>
      engine.sendMessage(queue, { body: 'x', groupId: 'A', deduplicationId: 'x', delaySeconds: 2 }),
    ).toThrow('Value 2 for parameter DelaySeconds is invalid');
  });

  it('never lets a message overtake a delayed one of its group', () => {
    for (const [body, delaySeconds] of [
      ['A1', 0],
      ['A2', 10],
      ['A3', 0],
    ] as const) {
      engine.defineQueue(aFifoQueue({ delaySeconds }));
      sendToGroup(engine, queue, body);
    }
    const first = receive();
    expect(bodies(first)).toEqual(['A1']);
    deleteAll(engine, queue, first);
    expect(receive()).toEqual([]);
    clock.advanceSeconds(10);
    expect(bodies(receive())).toEqual(['A2', 'A3']);
  });

  it('shows group, deduplication id, a growing sequence number of 20 digits, and the times of the message', () => {
    sendToGroup(engine, queue, 'A1', 'A2');
    const sentMs = clock.now();
    clock.advanceSeconds(2);
    const [first, second] = receive();
    expect(first?.attributes).toEqual({
      SenderId: '000000000000',
      SentTimestamp: String(sentMs),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: String(sentMs + 2_000),
      MessageGroupId: 'A',
      MessageDeduplicationId: 'A1',
      SequenceNumber: expect.stringMatching(/^\d{20}$/) as string,
    });
    expect(String(second?.attributes.SequenceNumber) > String(first?.attributes.SequenceNumber)).toBe(true);
  });
});

describe('receipt handles of a FIFO queue', () => {
  it('are new with every receive, and the first receive time stays', () => {
    sendToGroup(engine, queue, 'A1');
    const [first] = receive();
    clock.advanceSeconds(30);
    const [second] = receive();
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
    expect(second?.attributes.ApproximateFirstReceiveTimestamp).toBe(
      first?.attributes.ApproximateFirstReceiveTimestamp,
    );
  });

  it('no longer delete after the visibility timeout, before and after the next receive', () => {
    sendToGroup(engine, queue, 'A1');
    const [stale] = receive();
    const handle = stale?.receiptHandle ?? '';
    clock.advanceSeconds(30);
    expect(() => engine.deleteMessage(queue, handle)).toThrow(/The receipt handle has expired/);
    const [fresh] = receive();
    expect(() => engine.deleteMessage(queue, handle)).toThrow(/The receipt handle has expired/);
    expect(engine.deleteMessageBatch(queue, [{ id: '1', receiptHandle: handle }]).failed).toMatchObject([
      { id: '1', code: 'ReceiptHandleIsInvalid' },
    ]);
    engine.deleteMessage(queue, fresh?.receiptHandle ?? '');
    expect(engine.queueAttributes(queue).ApproximateNumberOfMessagesNotVisible).toBe('0');
  });

  it('delete twice without an error, and are refused if they were never handed out', () => {
    sendToGroup(engine, queue, 'A1');
    const batch = receive();
    deleteAll(engine, queue, batch);
    deleteAll(engine, queue, batch);
    expect(() => engine.deleteMessage(queue, 'nonsense')).toThrow(/is not a valid receipt handle/);
  });

  it('extend the visibility timeout from now on, up to twelve hours in total', () => {
    sendToGroup(engine, queue, 'A1');
    const [message] = receive();
    const handle = message?.receiptHandle ?? '';
    clock.advanceSeconds(20);
    engine.changeMessageVisibility(queue, handle, 60);
    clock.advanceSeconds(59);
    expect(receive()).toEqual([]);
    expect(() => engine.changeMessageVisibility(queue, handle, 43_200)).toThrow(/beyond the limit/);
    clock.advanceSeconds(1);
    expect(() => engine.changeMessageVisibility(queue, handle, 10)).toThrow(/not in flight/);
    expect(bodies(receive())).toEqual(['A1']);
  });
});
