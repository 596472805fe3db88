/** What the tests of the queues build on. */
import type { Clock, QueueDefinition, ReceivedMessage } from '../contracts.ts';
import { QueueEngine } from './queue-engine.ts';

export interface HandMovedClock extends Clock {
  advanceSeconds(seconds: number): void;
}

export function handMovedClock(startMs = Date.parse('2026-01-01T00:00:00Z')): HandMovedClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advanceSeconds: (seconds) => {
      nowMs += seconds * 1_000;
    },
  };
}

// Over all engines, so that a restart does not give out an id twice.
let messageIds = 0;

export function anEngine(options: { clock: Clock; stateFile?: string }): QueueEngine {
  return new QueueEngine({
    region: 'eu-west-1',
    accountId: '000000000000',
    newMessageId: () => `message-${++messageIds}`,
    ...options,
  });
}

export function aFifoQueue(overrides: Partial<QueueDefinition> = {}): QueueDefinition {
  return { ...aStandardQueue(), name: 'chat.fifo', fifo: true, ...overrides };
}

export function aStandardQueue(overrides: Partial<QueueDefinition> = {}): QueueDefinition {
  return {
    name: 'work',
    fifo: false,
    contentBasedDeduplication: false,
    deduplicationScope: 'queue',
    visibilityTimeoutSeconds: 30,
    messageRetentionSeconds: 345_600,
    delaySeconds: 0,
    maximumMessageBytes: 262_144,
    ...overrides,
  };
}

/** `A1` goes to group A with the deduplication id A1. */
export function sendToGroup(engine: QueueEngine, queueName: string, ...bodies: string[]): void {
  for (const body of bodies) {
    engine.sendMessage(queueName, { body, groupId: body.charAt(0), deduplicationId: body });
  }
}

export function bodies(messages: readonly ReceivedMessage[]): string[] {
  return messages.map(({ body }) => body);
}

export function deleteAll(
  engine: QueueEngine,
  queueName: string,
  messages: readonly ReceivedMessage[],
): void {
  for (const { receiptHandle } of messages) engine.deleteMessage(queueName, receiptHandle);
}
