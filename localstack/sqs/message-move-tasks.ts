/**
 * Dead-letter queue redrive. Here a task moves everything at once, so it has ended when it is answered.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
import type { Clock } from '../contracts.ts';
import type { MessageQueue } from './message-queue.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { SqsError } from './sqs-errors.ts';

export interface MessageMoveTask {
  readonly taskHandle: string;
  readonly sourceArn: string;
  /** Undefined: back to where each message came from. */
  readonly destinationArn: string | undefined;
  readonly status: 'COMPLETED' | 'FAILED';
  readonly messagesMoved: number;
  readonly messagesToMove: number;
  readonly startedMs: number;
  readonly failureReason: string | undefined;
}

const tasksKeptMax = 10;

export class MessageMoveTasks {
  readonly #registry: QueueRegistry;
  readonly #clock: Clock;
  readonly #newId: () => string;
  /** Newest first. */
  readonly #tasks = new Map<string, MessageMoveTask[]>();

  constructor(registry: QueueRegistry, options: { clock: Clock; newMessageId: () => string }) {
    this.#registry = registry;
    this.#clock = options.clock;
    this.#newId = options.newMessageId;
  }

  /** @throws SqsError if the source is nobody's dead-letter queue or the destination is of another type. */
  start(sourceArn: string, destinationArn: string | undefined): MessageMoveTask {
    const source = this.#registry.byArn(sourceArn);
    if (this.#registry.deadLetterSources(source.name).length === 0) {
      throw new SqsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    }
    const destination = destinationArn === undefined ? undefined : this.#registry.byArn(destinationArn);
    if (destination !== undefined && destination.settings.fifo !== source.settings.fifo) {
      throw new SqsError('InvalidParameterValue', 'Source and destination must be queues of the same type.');
    }
    const messagesToMove = source.visibleMessages().length;
    const messagesMoved = this.#move(source, destination);
    const failed = messagesMoved < messagesToMove;
    const task: MessageMoveTask = {
      taskHandle: Buffer.from(JSON.stringify({ taskId: this.#newId(), sourceArn })).toString('base64'),
      sourceArn,
      destinationArn,
      status: failed ? 'FAILED' : 'COMPLETED',
      messagesMoved,
      messagesToMove,
      startedMs: this.#clock.now(),
      failureReason: failed ? 'CouldNotDetermineMessageSource' : undefined,
    };
    this.#tasks.set(sourceArn, [task, ...(this.#tasks.get(sourceArn) ?? [])].slice(0, tasksKeptMax));
    return task;
  }

  list(sourceArn: string, max: number): MessageMoveTask[] {
    this.#registry.byArn(sourceArn);
    return (this.#tasks.get(sourceArn) ?? []).slice(0, max);
  }

  /** Oldest first; each is a new message, with a new id and a new retention period. */
  #move(source: MessageQueue, destination: MessageQueue | undefined): number {
    let moved = 0;
    for (const message of source.visibleMessages()) {
      const { deadLetterSourceArn, ...content } = message.content;
      const target = destination ?? this.#originalSource(deadLetterSourceArn);
      if (target === undefined) break;
      source.drop(message);
      target.add({ ...content, messageId: this.#newId(), enqueuedMs: this.#clock.now() }, 0);
      moved += 1;
    }
    return moved;
  }

  #originalSource(arn: string | undefined): MessageQueue | undefined {
    const name = arn?.split(':').at(5) ?? '';
    return this.#registry.names().includes(name) ? this.#registry.get(name) : undefined;
  }
}
