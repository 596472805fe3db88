/** The queues by name, with what concerns more than one of them: names, ARNs, dead-letter queues, restart. */
import type { Clock } from '../contracts.ts';
import { MessageQueue, type QueueServices } from './message-queue.ts';
import type { QueueMessage } from './queue-message.ts';
import {
  attributesOf,
  changedSettings,
  newSettings,
  type QueueAttributes,
  type QueueSettings,
} from './queue-settings.ts';
import type { QueueStore } from './queue-store.ts';
import { invalidParameter, queueDoesNotExist, SqsError } from './sqs-errors.ts';

export interface RegistryOptions {
  readonly clock: Clock;
  readonly store: QueueStore;
  readonly region: string;
  readonly accountId: string;
  newMessageId(): string;
}

export class QueueRegistry {
  readonly #queues = new Map<string, MessageQueue>();
  readonly #options: RegistryOptions;
  readonly #services: QueueServices;
  #lastPosition: number;

  /** Loads everything that the store has. */
  constructor(options: RegistryOptions) {
    const { store } = options;
    this.#options = options;
    this.#lastPosition = store.lastPosition();
    this.#services = { ...options, nextPosition: () => ++this.#lastPosition };
    for (const stored of store.queues()) {
      this.#queues.set(stored.settings.name, new MessageQueue(stored, this.#services));
    }
    for (const message of store.messages()) this.get(message.queueName).restoreMessage(message);
    for (const { queueName, accepted } of store.accepted()) this.get(queueName).restoreAccepted(accepted);
  }

  /** @throws SqsError QueueDoesNotExist */
  get(name: string): MessageQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  }

  names(prefix = ''): string[] {
    return [...this.#queues.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  arnOf(queueName: string): string {
    return `arn:aws:sqs:${this.#options.region}:${this.#options.accountId}:${queueName}`;
  }

  /** @throws SqsError InvalidAddress or ResourceNotFoundException */
  byArn(arn: string): MessageQueue {
    const name = arn.split(':').at(5);
    if (name === undefined || arn !== this.arnOf(name)) {
      throw new SqsError('InvalidAddress', `The address ${arn} is not valid for this endpoint.`);
    }
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      throw new SqsError(
        'ResourceNotFoundException',
        `The resource that you specified for ${arn} doesn't exist.`,
      );
    }
    return queue;
  }

  /** The queue that exists is answered if each given attribute has the value it has; else QueueNameExists. */
  create(name: string, attributes: QueueAttributes): void {
    const wanted = newSettings(name, attributes);
    const existing = this.#queues.get(name);
    if (existing === undefined) {
      this.put(wanted);
      return;
    }
    const present = this.#settingAttributes(existing.settings);
    const asked = this.#settingAttributes(wanted);
    const different = Object.keys(attributes).find((key) => asked[key] !== present[key]);
    if (different !== undefined) {
      throw new SqsError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${different}`,
      );
    }
  }

  /** Makes the queue, or gives the existing one these settings; its messages stay. */
  put(settings: QueueSettings): void {
    this.#checkRedrive(settings);
    const existing = this.#queues.get(settings.name);
    const modifiedMs = this.#options.clock.now();
    const createdMs = existing?.createdMs ?? modifiedMs;
    this.#options.store.putQueue({ settings, createdMs, modifiedMs });
    if (existing === undefined) {
      this.#queues.set(settings.name, new MessageQueue({ settings, createdMs, modifiedMs }, this.#services));
    } else {
      existing.settings = settings;
      existing.modifiedMs = modifiedMs;
    }
  }

  setAttributes(name: string, attributes: QueueAttributes): void {
    this.put(changedSettings(this.get(name).settings, attributes));
  }

  attributes(name: string): QueueAttributes {
    const queue = this.get(name);
    const counts = queue.counts();
    return {
      ...this.#settingAttributes(queue.settings),
      QueueArn: this.arnOf(name),
      CreatedTimestamp: String(Math.floor(queue.createdMs / 1_000)),
      LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1_000)),
      ApproximateNumberOfMessages: String(counts.visible),
      ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    };
  }

  remove(name: string): void {
    this.get(name);
    this.#options.store.removeQueue(name);
    this.#queues.delete(name);
  }

  /** The queues whose dead letters go to this one. */
  deadLetterSources(name: string): string[] {
    this.get(name);
    return this.names().filter((source) => this.get(source).settings.redrive?.deadLetterQueueName === name);
  }

  /**
   * On FIFO queues the deduplication id becomes the message id and retention starts anew; on standard queues the time
   * of sending stays. False, and nothing happens, if the dead-letter queue is gone.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
   */
  moveToDeadLetters(source: MessageQueue, message: QueueMessage): boolean {
    const target = this.#queues.get(source.settings.redrive?.deadLetterQueueName ?? '');
    if (target === undefined) return false;
    const { content } = message;
    const changes = source.settings.fifo
      ? { deduplicationId: content.messageId, enqueuedMs: this.#options.clock.now() }
      : {};
    source.drop(message);
    target.add({ ...content, ...changes, deadLetterSourceArn: this.arnOf(source.name) }, 0);
    return true;
  }

  #settingAttributes(settings: QueueSettings): QueueAttributes {
    return attributesOf(settings, (queueName) => this.arnOf(queueName));
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
  #checkRedrive({ name, fifo, redrive }: QueueSettings): void {
    if (redrive === undefined) return;
    const target = this.#queues.get(redrive.deadLetterQueueName);
    const fault =
      target === undefined
        ? 'Dead letter target does not exist.'
        : target.settings.fifo !== fifo
          ? 'Dead-letter queue must be same type of queue as the source.'
          : target.name === name
            ? 'A queue cannot be its own dead-letter queue.'
            : undefined;
    if (fault !== undefined) throw invalidParameter('RedrivePolicy', redrive.deadLetterQueueName, fault);
  }
}
