import type { Clock, LambdaInvoker, StreamEventSource } from '../contracts.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { type DiscardedBatchMetadata, describeDiscardedBatch } from './discarded-batch.ts';
import { type BatchRecord, type EventSourceMapping, pause } from './event-source-mapping.ts';
import { deliverBatch } from './stream-batch.ts';
import {
  IteratorLostError,
  type Shard,
  type StreamPosition,
  type StreamReader,
  type StreamRecord,
} from './stream-reader.ts';

export interface StreamEventSourceOptions {
  readonly stream: StreamReader;
  readonly lambda: LambdaInvoker;
  readonly functionArn: string;
  readonly checkpoints: CheckpointStore;
  readonly clock: Clock;
  /** The on-failure destination. If it rejects, the records are delivered again rather than lost. */
  readonly onFailure: (metadata: DiscardedBatchMetadata) => Promise<void> | void;
  readonly onBatch?: (record: BatchRecord) => void;
  /** The stream, the store or the destination could not be reached; the mapping tries again. */
  readonly onProblem: (error: unknown) => void;
  /** How long to wait when nothing new was there; 250 ms unless told, as Lambda polls. */
  readonly pollIntervalMs?: number;
  /** How long to wait before a retry that follows `retries` others; doubles from 100 ms to 10 s unless told. */
  readonly retryDelayMs?: (retries: number) => number;
}

/**
 * Runs the event source mapping of a DynamoDB stream: shard after its parent, batch after batch, each from the
 * checkpoint on. One batch of a shard is in flight at a time, whatever the parallelization factor of the source:
 * more would change the speed and not the order of a partition key.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function startStreamEventSource(
  source: StreamEventSource,
  options: StreamEventSourceOptions,
): EventSourceMapping {
  const closing = new AbortController();
  const { signal } = closing;
  const started = new Set<string>();
  const finished = new Set<string>();
  const running = new Set<Promise<void>>();

  const startShards = async (): Promise<void> => {
    const shards = await persist(() => options.stream.listShards(), options, signal);
    const listed = new Set(shards?.map((shard) => shard.shardId));
    for (const shard of shards ?? []) {
      const { shardId, parentShardId } = shard;
      const parentDone =
        parentShardId === undefined || !listed.has(parentShardId) || finished.has(parentShardId);
      if (parentDone && !started.has(shardId)) startShard(shard);
    }
  };

  const startShard = ({ shardId }: Shard): void => {
    started.add(shardId);
    track(
      new ShardReader(shardId, source, options, signal).run().then(() => {
        finished.add(shardId);
        return startShards();
      }),
    );
  };

  const track = (work: Promise<void>): void => {
    running.add(work);
    void work.finally(() => running.delete(work));
  };

  track(startShards());
  return {
    close: async () => {
      closing.abort();
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Repeats `action` until it succeeds; undefined when the mapping was closed before. */
async function persist<T>(
  action: () => Promise<T>,
  { onProblem, retryDelayMs = defaultRetryDelayMs }: StreamEventSourceOptions,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let retries = 0; !signal.aborted; retries += 1) {
    try {
      return await action();
    } catch (error) {
      if (!signal.aborted) onProblem(error);
      await pause(retryDelayMs(retries), signal);
    }
  }
  return undefined;
}

class ShardReader {
  readonly #shardId: string;
  readonly #source: StreamEventSource;
  readonly #options: StreamEventSourceOptions;
  readonly #signal: AbortSignal;
  readonly #key: string;
  #checkpoint: string | undefined;
  /** Where the next read starts; undefined when the shard is at its end. */
  #iterator: string | undefined;

  constructor(
    shardId: string,
    source: StreamEventSource,
    options: StreamEventSourceOptions,
    signal: AbortSignal,
  ) {
    this.#shardId = shardId;
    this.#source = source;
    this.#options = options;
    this.#signal = signal;
    this.#key = `${source.functionName} ${options.stream.streamArn} ${shardId}`;
  }

  /** Resolves at the end of the shard, or when the mapping was closed. */
  async run(): Promise<void> {
    await this.#untilDone(async () => {
      this.#checkpoint = await this.#options.checkpoints.get(this.#key);
      await this.#moveTo(this.#start());
    });
    while (this.#iterator !== undefined && !this.#signal.aborted) await this.#untilDone(() => this.#step());
  }

  async #untilDone(action: () => Promise<void>): Promise<void> {
    await persist(action, this.#options, this.#signal);
  }

  #start(): StreamPosition {
    return this.#checkpoint === undefined
      ? { kind: this.#source.startingPosition }
      : { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: this.#checkpoint };
  }

  async #moveTo(position: StreamPosition): Promise<void> {
    this.#iterator = await this.#options.stream.iterator(this.#shardId, position);
  }

  /** If it throws, the iterator stays: the same records are read again, less what the checkpoint has. */
  async #step(): Promise<void> {
    if (this.#iterator === undefined) return;
    const { records, nextIterator } = await this.#read(this.#iterator);
    const fresh = records.filter((record) => this.#isFresh(record));
    if (fresh.length > 0) await this.#deliver(fresh);
    this.#iterator = nextIterator;
    if (records.length === 0 && nextIterator !== undefined)
      await pause(this.#options.pollIntervalMs ?? 250, this.#signal);
  }

  async #read(iterator: string): ReturnType<StreamReader['read']> {
    try {
      return await this.#options.stream.read(iterator, this.#source.batchSize);
    } catch (error) {
      // After a night's sleep the iterator has expired; after a long one its records are gone as well.
      if (error instanceof IteratorLostError)
        await this.#moveTo(error.resume === 'checkpoint' ? this.#start() : { kind: 'TRIM_HORIZON' });
      throw error;
    }
  }

  #isFresh(record: StreamRecord): boolean {
    return this.#checkpoint === undefined || BigInt(record.sequenceNumber) > BigInt(this.#checkpoint);
  }

  async #deliver(records: readonly StreamRecord[]): Promise<void> {
    const { stream, lambda, functionArn, clock, checkpoints, onFailure, onBatch } = this.#options;
    await deliverBatch(records, {
      source: this.#source,
      lambda,
      signal: this.#signal,
      retryDelayMs: this.#options.retryDelayMs ?? defaultRetryDelayMs,
      checkpoint: async (sequenceNumber) => {
        await checkpoints.put(this.#key, sequenceNumber);
        this.#checkpoint = sequenceNumber;
      },
      discard: async (batch) => {
        const where = { shardId: this.#shardId, streamArn: stream.streamArn, functionArn };
        await onFailure(describeDiscardedBatch(batch, { ...where, nowMs: clock.now() }));
      },
      onBatch,
    });
  }
}

function defaultRetryDelayMs(retries: number): number {
  return Math.min(100 * 2 ** retries, 10_000);
}
