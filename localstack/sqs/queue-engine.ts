/**
 * SQS in process: standard and FIFO queues on a clock that is handed in. Calls are synchronous and take effect at once;
 * what they changed is on disk when `synced()` resolves, and nobody may be told of it earlier.
 */
import type { Clock, QueueDefinition, ReceivedMessage } from '../contracts.ts';
import { type BatchResult, checkBatchBytes, runBatch } from './batches.ts';
import { LongPolls } from './long-polls.ts';
import { type MessageMoveTask, MessageMoveTasks } from './message-move-tasks.ts';
import type { SendResult } from './message-queue.ts';
import { isWholeNumber, messageBytes, type SendRequest } from './message-validation.ts';
import { QueueRegistry } from './queue-registry.ts';
import { type QueueAttributes, settingsOf } from './queue-settings.ts';
import { QueueStore } from './queue-store.ts';
import { invalidParameter, SqsError } from './sqs-errors.ts';
import { checkVisibilityTimeout } from './visibility-timeout.ts';

export interface EngineOptions {
  /** SQLite; without it the queues live in memory. */
  readonly stateFile?: string | undefined;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  newMessageId(): string;
}

export interface ReceiveRequest {
  /** 1–10; 1 if not given. */
  readonly max?: number | undefined;
  /** The queue's own if not given. */
  readonly visibilityTimeoutSeconds?: number | undefined;
}

const receiveMax = 10;
const purgeIntervalMs = 60_000;

export class QueueEngine {
  readonly #clock: Clock;
  readonly #store: QueueStore;
  readonly #registry: QueueRegistry;
  readonly #polls: LongPolls;
  readonly #moveTasks: MessageMoveTasks;
  readonly #purgedMs = new Map<string, number>();
  #closed = false;

  constructor(options: EngineOptions) {
    this.#clock = options.clock;
    this.#store = new QueueStore(options.stateFile);
    this.#registry = new QueueRegistry({ ...options, store: this.#store });
    this.#moveTasks = new MessageMoveTasks(this.#registry, options);
    this.#polls = new LongPolls(options.clock);
  }

  /** @throws SqsError QueueNameExists if it exists with other values of these attributes. */
  createQueue(name: string, attributes: QueueAttributes = {}): void {
    this.#registry.create(name, attributes);
  }

  /**
   * Makes the queue, or changes the existing one to this definition and keeps its messages.
   *
   * @throws SqsError InvalidParameterValue if its dead-letter queue does not exist yet.
   */
  defineQueue(definition: QueueDefinition): void {
    this.#registry.put(settingsOf(definition));
    this.#polls.serve();
  }

  deleteQueue(name: string): void {
    this.#registry.remove(name);
    this.#purgedMs.delete(name);
    this.#polls.end(name);
  }

  queueNames(prefix?: string): string[] {
    return this.#registry.names(prefix);
  }

  queueArn(name: string): string {
    this.#registry.get(name);
    return this.#registry.arnOf(name);
  }

  /** All attributes of the queue, counts included, as strings. */
  queueAttributes(name: string): QueueAttributes {
    return this.#registry.attributes(name);
  }

  setQueueAttributes(name: string, attributes: QueueAttributes): void {
    this.#registry.setAttributes(name, attributes);
    this.#polls.serve();
  }

  deadLetterSourceQueues(name: string): string[] {
    return this.#registry.deadLetterSources(name);
  }

  sendMessage(queueName: string, request: SendRequest): SendResult {
    const result = this.#registry.get(queueName).send(request);
    this.#polls.serve();
    return result;
  }

  sendMessageBatch(
    queueName: string,
    entries: readonly (SendRequest & { readonly id: string })[],
  ): BatchResult<SendResult> {
    const queue = this.#registry.get(queueName);
    checkBatchBytes(entries.reduce((bytes, entry) => bytes + messageBytes(entry), 0));
    const result = runBatch(entries, (entry) => queue.send(entry));
    this.#polls.serve();
    return result;
  }

  /** What is there now; hides it for the visibility timeout. */
  receiveMessages(queueName: string, request: ReceiveRequest = {}): ReceivedMessage[] {
    const queue = this.#registry.get(queueName);
    const max = request.max ?? 1;
    if (!isWholeNumber(max, 1, receiveMax)) {
      throw invalidParameter('MaxNumberOfMessages', max, `Must be between 1 and ${receiveMax}, if provided.`);
    }
    const timeoutSeconds = request.visibilityTimeoutSeconds ?? queue.settings.visibilityTimeoutSeconds;
    checkVisibilityTimeout(timeoutSeconds);
    return queue.take(max, timeoutSeconds, (message) => {
      const moved = this.#registry.moveToDeadLetters(queue, message);
      // Not at once: a poll of the dead-letter queue must not cut into this receive.
      if (moved) queueMicrotask(() => this.#polls.serve());
      return moved;
    });
  }

  /**
   * Like receiveMessages, but waits up to `waitMs` (the queue's own wait if not given) for a first message. What it
   * resolves with is on disk. Resolves empty on `signal` and when the engine or the queue is closed meanwhile.
   */
  async pollMessages(
    queueName: string,
    request: ReceiveRequest & { waitMs?: number | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<ReceivedMessage[]> {
    if (this.#closed) throw new SqsError('InternalFailure', 'The queues are closed.');
    const queue = this.#registry.get(queueName);
    const waitMs = request.waitMs ?? queue.settings.receiveWaitSeconds * 1_000;
    let messages = request.signal?.aborted === true ? [] : this.receiveMessages(queueName, request);
    if (messages.length === 0 && waitMs > 0) {
      const poll = {
        queueName,
        deadlineMs: this.#clock.now() + waitMs,
        take: () => this.receiveMessages(queueName, request),
        nextDueMs: () => queue.nextDueMs(),
      };
      messages = await this.#polls.wait(poll, request.signal);
    }
    await this.synced();
    return messages;
  }

  deleteMessage(queueName: string, receiptHandle: string): void {
    this.#registry.get(queueName).delete(receiptHandle);
    this.#polls.serve();
  }

  deleteMessageBatch(
    queueName: string,
    entries: readonly { readonly id: string; readonly receiptHandle: string }[],
  ): BatchResult<void> {
    const queue = this.#registry.get(queueName);
    const result = runBatch(entries, ({ receiptHandle }) => {
      queue.delete(receiptHandle);
    });
    this.#polls.serve();
    return withHandleErrors(result);
  }

  changeMessageVisibility(queueName: string, receiptHandle: string, timeoutSeconds: number): void {
    this.#registry.get(queueName).changeVisibility(receiptHandle, timeoutSeconds);
    this.#polls.serve();
  }

  changeMessageVisibilityBatch(
    queueName: string,
    entries: readonly {
      readonly id: string;
      readonly receiptHandle: string;
      readonly timeoutSeconds: number;
    }[],
  ): BatchResult<void> {
    const queue = this.#registry.get(queueName);
    const result = runBatch(entries, ({ receiptHandle, timeoutSeconds }) => {
      queue.changeVisibility(receiptHandle, timeoutSeconds);
    });
    this.#polls.serve();
    return result;
  }

  /** @throws SqsError PurgeQueueInProgress within a minute of the last purge. */
  purgeQueue(name: string): void {
    const queue = this.#registry.get(name);
    const now = this.#clock.now();
    if (now - (this.#purgedMs.get(name) ?? Number.NEGATIVE_INFINITY) < purgeIntervalMs) {
      throw new SqsError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
      );
    }
    this.#purgedMs.set(name, now);
    queue.purge();
  }

  startMessageMoveTask(sourceArn: string, destinationArn?: string): MessageMoveTask {
    const task = this.#moveTasks.start(sourceArn, destinationArn);
    this.#polls.serve();
    return task;
  }

  listMessageMoveTasks(sourceArn: string, max = 1): MessageMoveTask[] {
    return this.#moveTasks.list(sourceArn, max);
  }

  /** Looks at the clock and hands out what is due. A timer does it; a clock that is moved by hand needs the call. */
  tick(): void {
    this.#polls.serve();
  }

  /** Resolves when all that was done so far is on disk. */
  async synced(): Promise<void> {
    if (!this.#closed) await this.#store.synced();
  }

  close(): void {
    this.#closed = true;
    this.#polls.end();
    this.#store.close();
  }
}

/** DeleteMessageBatch reports an expired handle as ReceiptHandleIsInvalid, where DeleteMessage says InvalidParameterValue. */
function withHandleErrors(result: BatchResult<void>): BatchResult<void> {
  const failed = result.failed.map((entry) => ({ ...entry, code: 'ReceiptHandleIsInvalid' as const }));
  return { ...result, failed };
}
