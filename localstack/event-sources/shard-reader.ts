import type { Clock, LambdaInvoker, StreamEventSource } from '../contracts.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { type DiscardedBatchMetadata, describeDiscardedBatch } from './discarded-batch.ts';
import { type BatchRecord, pause } from './event-source-mapping.ts';
import { matchesAny } from './filter-pattern.ts';
import { deliverBatch } from './stream-batch.ts';
import {
  IteratorLostError,
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

/** Repeats `action` until it succeeds; undefined when the mapping was closed before. */
export async function persist<T>(
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

/** Stands for a shard of which nothing is done yet: it is read from its start. */
const beforeFirst = '0';
/** How many records are read at once when most of them may be filtered out; as many as GetRecords answers. */
const readMax = 1_000;
/** So many reads in a row may find nothing until the pauses between them grow. */
const eagerReads = 12;
const idleFactor = 4;
/** Lambda ends a batch at the size of an invocation's payload, 6 MB; this leaves room for the list around it. */
const batchMaxBytes = 6_000_000;

/** What is to be done before the next read. */
interface Gathered {
  /** Those that match the filters. */
  readonly records: readonly StreamRecord[];
  /** The last that was read, if any: when the records are done, all up to here is. */
  readonly last: StreamRecord | undefined;
  readonly nextIterator: string | undefined;
}

/** Reads one shard from its checkpoint on, and delivers it batch after batch. */
export class ShardReader {
  readonly #shardId: string;
  readonly #source: StreamEventSource;
  readonly #options: StreamEventSourceOptions;
  readonly #signal: AbortSignal;
  readonly #key: string;
  #checkpoint: string | undefined;
  /** Where the next read starts; undefined when the shard is at its end. */
  #iterator: string | undefined;
  /** Since the last that found something. */
  #emptyReads = 0;

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

  /** Comes before `run`. Resolves when it is settled with which record to begin, over a restart too, or when closed. */
  async findPosition(): Promise<void> {
    await this.#untilDone(async () => {
      this.#checkpoint = await this.#options.checkpoints.get(this.#key);
      if (this.#checkpoint === undefined && this.#source.startingPosition === 'LATEST')
        await this.#moveCheckpoint(await this.#findLatest());
      await this.#moveTo(this.#start());
    });
  }

  /** Resolves at the end of the shard, or when the mapping was closed. */
  async run(): Promise<void> {
    while (this.#iterator !== undefined && !this.#signal.aborted) await this.#untilDone(() => this.#step());
  }

  async #untilDone(action: () => Promise<void>): Promise<void> {
    await persist(action, this.#options, this.#signal);
  }

  /**
   * The iterator LATEST would be forgotten by a crash before the first checkpoint, and with it the records since. So
   * this reads to the present end, once in the life of a mapping.
   */
  async #findLatest(): Promise<string> {
    const { stream } = this.#options;
    let latest = beforeFirst;
    let iterator: string | undefined = await stream.iterator(this.#shardId, { kind: 'TRIM_HORIZON' });
    while (iterator !== undefined) {
      const page: Awaited<ReturnType<StreamReader['read']>> = await stream.read(iterator, readMax);
      const last = page.records.at(-1);
      if (last === undefined) break;
      latest = last.sequenceNumber;
      iterator = page.nextIterator;
    }
    return latest;
  }

  #start(): StreamPosition {
    return this.#checkpoint === undefined || this.#checkpoint === beforeFirst
      ? { kind: 'TRIM_HORIZON' }
      : { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: this.#checkpoint };
  }

  async #moveTo(position: StreamPosition): Promise<void> {
    this.#iterator = await this.#options.stream.iterator(this.#shardId, position);
  }

  /** If it throws, the iterator stays: the same records are read again, less what the checkpoint has. */
  async #step(): Promise<void> {
    if (this.#iterator === undefined) return;
    const { records, last, nextIterator } = await this.#gather(this.#iterator);
    for (const batch of batchesOf(records, this.#source.batchSize)) await this.#deliver(batch);
    // What was closed in the middle of a batch goes on there after a restart.
    if (this.#signal.aborted) return;
    if (last !== undefined && this.#isFresh(last)) await this.#moveCheckpoint(last.sequenceNumber);
    this.#iterator = nextIterator;
    if (last === undefined && nextIterator !== undefined) await this.#pause();
  }

  /** Reads until something is there, and then until the batch is full or its window is over. */
  async #gather(start: string): Promise<Gathered> {
    const { clock } = this.#options;
    const { batchSize, filters, maximumBatchingWindowMs } = this.#source;
    const records: StreamRecord[] = [];
    let last: StreamRecord | undefined;
    let iterator: string | undefined = start;
    let sinceMs: number | undefined;
    while (iterator !== undefined && !this.#signal.aborted) {
      const page = await this.#read(iterator, filters.length > 0 ? readMax : batchSize - records.length);
      const fresh = page.records.filter((record) => this.#isFresh(record));
      if (fresh.length > 0) this.#emptyReads = 0;
      records.push(...fresh.filter((record) => matchesAny(filters, record.event)));
      last = fresh.at(-1) ?? last;
      iterator = page.nextIterator;
      if (records.length === 0 || records.length >= batchSize) break;
      sinceMs ??= clock.now();
      if (clock.now() - sinceMs >= maximumBatchingWindowMs) break;
      if (page.records.length === 0) await this.#pause();
    }
    return { records, last, nextIterator: iterator };
  }

  /**
   * A laptop that nobody uses should do nothing: after some seconds without news it looks less often than Lambda would,
   * which costs the next record up to a second.
   */
  async #pause(): Promise<void> {
    this.#emptyReads += 1;
    const patience = this.#emptyReads > eagerReads ? idleFactor : 1;
    await pause((this.#options.pollIntervalMs ?? 250) * patience, this.#signal);
  }

  async #read(iterator: string, limit: number): ReturnType<StreamReader['read']> {
    try {
      return await this.#options.stream.read(iterator, limit);
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

  async #moveCheckpoint(sequenceNumber: string): Promise<void> {
    await this.#options.checkpoints.put(this.#key, sequenceNumber);
    this.#checkpoint = sequenceNumber;
  }

  async #deliver(records: readonly StreamRecord[]): Promise<void> {
    const { stream, lambda, functionArn, clock, onFailure, onBatch } = this.#options;
    await deliverBatch(records, {
      source: this.#source,
      lambda,
      clock,
      signal: this.#signal,
      retryDelayMs: this.#options.retryDelayMs ?? defaultRetryDelayMs,
      checkpoint: (sequenceNumber) => this.#moveCheckpoint(sequenceNumber),
      discard: async (batch) => {
        const where = { shardId: this.#shardId, streamArn: stream.streamArn, functionArn };
        await onFailure(describeDiscardedBatch(batch, { ...where, nowMs: clock.now() }));
      },
      onBatch,
    });
  }
}

/** Cuts at `batchSize` records and at the size of a payload; a record that is too large for one stays alone. */
function batchesOf(records: readonly StreamRecord[], batchSize: number): StreamRecord[][] {
  const batches: StreamRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(JSON.stringify(record.event)) + 1;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= batchSize || bytes + size > batchMaxBytes) {
      batches.push([record]);
      bytes = size;
    } else {
      batch.push(record);
      bytes += size;
    }
  }
  return batches;
}

function defaultRetryDelayMs(retries: number): number {
  return Math.min(100 * 2 ** retries, 10_000);
}
