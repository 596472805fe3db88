import type { LambdaInvoker, QueueReader, ReceivedMessage, SqsEventSource } from '../contracts.ts';
import { readBatchResponse } from './batch-response.ts';
import { type BatchRecord, type EventSourceMapping, pause } from './event-source-mapping.ts';
import { sqsEvent } from './sqs-event.ts';

export interface SqsEventSourceOptions {
  readonly queues: QueueReader;
  readonly lambda: LambdaInvoker;
  readonly region: string;
  readonly queueArn: string;
  /** How many invocations at once at most, whatever the source allows; 4 unless told. */
  readonly maxConcurrency?: number;
  readonly onBatch?: (record: BatchRecord) => void;
  /** The queue could not be read or written; the mapping tries again. */
  readonly onProblem: (error: unknown) => void;
}

/** The longest poll that SQS allows. */
const longPollMs = 20_000;
/** How many messages one receive can return. */
const receiveMax = 10;
const problemDelayMs = 1_000;

/**
 * Runs an SQS event source mapping: one long poll, and an invocation for each batch that it returns, several at once.
 * The order within a message group is kept by the queue, which hands out nothing more of a group that is in flight.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function startSqsEventSource(
  source: SqsEventSource,
  options: SqsEventSourceOptions,
): EventSourceMapping {
  const closing = new AbortController();
  const { signal } = closing;
  const inFlight = new Set<Promise<void>>();
  const concurrency = Math.min(source.maximumConcurrency ?? Infinity, options.maxConcurrency ?? 4);

  const poll = async (): Promise<void> => {
    while (!signal.aborted) {
      if (inFlight.size >= concurrency) {
        await Promise.race(inFlight);
        continue;
      }
      const messages = await receive(source, options, signal);
      if (messages.length === 0) continue;
      const batch = processBatch(messages, source, options)
        .catch(options.onProblem)
        .finally(() => inFlight.delete(batch));
      inFlight.add(batch);
    }
  };
  const polling = poll();

  return {
    close: async () => {
      closing.abort();
      await polling;
      await Promise.all(inFlight);
    },
  };
}

async function receive(
  source: SqsEventSource,
  { queues, onProblem }: SqsEventSourceOptions,
  signal: AbortSignal,
): Promise<ReceivedMessage[]> {
  try {
    const max = Math.min(source.batchSize, receiveMax);
    const messages = await queues.receive(source.queueName, { max, waitMs: longPollMs, signal });
    if (!signal.aborted) return messages;
    // They arrived while the mapping was closed: the next reader need not wait for their visibility timeout.
    for (const { receiptHandle } of messages) queues.changeVisibility(source.queueName, receiptHandle, 0);
  } catch (error) {
    if (!signal.aborted) onProblem(error);
    await pause(problemDelayMs, signal);
  }
  return [];
}

async function processBatch(
  messages: readonly ReceivedMessage[],
  source: SqsEventSource,
  { queues, lambda, region, queueArn, onBatch }: SqsEventSourceOptions,
): Promise<void> {
  const result = await lambda.invoke(source.functionName, sqsEvent(messages, queueArn, region));
  const record = { functionName: source.functionName, source: source.queueName, size: messages.length };
  const failAll = (reason: string): void => onBatch?.({ ...record, failed: messages.length, reason });

  if (!result.ok) return failAll(`${result.errorType}: ${result.errorMessage}`);
  const verdict = readBatchResponse(
    source.reportBatchItemFailures ? result.payload : null,
    messages.map((message) => message.messageId),
  );
  if (verdict.kind === 'malformed') return failAll(verdict.reason);
  const done = messages.filter((message) => !verdict.failedIds.has(message.messageId));
  if (done.length > 0)
    queues.delete(
      source.queueName,
      done.map((message) => message.receiptHandle),
    );
  onBatch?.({ ...record, failed: messages.length - done.length, reason: undefined });
}
