import type { StreamEventSource } from '../contracts.ts';
import { type CheckpointStore, createMemoryCheckpointStore } from './checkpoint-store.ts';
import type { Shard, StreamReader, StreamRecord } from './stream-reader.ts';

export const streamSource: StreamEventSource = {
  kind: 'dynamodb-stream',
  functionName: 'fn',
  tableName: 'messages',
  batchSize: 10,
  reportBatchItemFailures: true,
  bisectBatchOnFunctionError: false,
  maximumRetryAttempts: undefined,
  maximumRecordAgeMs: undefined,
  maximumBatchingWindowMs: 0,
  filters: [],
  startingPosition: 'TRIM_HORIZON',
  parallelizationFactor: 1,
  onFailureQueueName: undefined,
};

export function aRecord(sequenceNumber: number): StreamRecord {
  return {
    sequenceNumber: String(sequenceNumber),
    approximateCreationMs: sequenceNumber * 1000,
    event: { dynamodb: { SequenceNumber: String(sequenceNumber) } },
  };
}

/** The sequence numbers of a function's event. */
export function numbersOf(event: unknown): number[] {
  const { Records } = event as { Records: { dynamodb: { SequenceNumber: string } }[] };
  return Records.map((record) => Number(record.dynamodb.SequenceNumber));
}

export interface FakeShard extends Shard {
  readonly records: StreamRecord[];
  readonly closed: boolean;
}

export function aShard(numbers: readonly number[], shard: Partial<FakeShard> = {}): FakeShard {
  const records = numbers.map(aRecord);
  return { shardId: 'shard-1', parentShardId: undefined, closed: false, ...shard, records };
}

/** A stream in memory. An iterator is `<shard> <index>`; `beforeRead` may throw, as a network does. */
export function aStream(shards: readonly FakeShard[], beforeRead: (iterator: string) => void = () => {}) {
  const find = (shardId: string | undefined): FakeShard => {
    const shard = shards.find((each) => each.shardId === shardId);
    if (shard === undefined) throw new Error(`No shard ${shardId}`);
    return shard;
  };
  const stream: StreamReader = {
    streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/messages/stream/1',
    listShards: async () => [...shards],
    iterator: async (shardId, position) => {
      const { records } = find(shardId);
      if (position.kind === 'TRIM_HORIZON') return `${shardId} 0`;
      if (position.kind === 'LATEST') return `${shardId} ${records.length}`;
      const after = BigInt(position.sequenceNumber);
      const index = records.findIndex((record) => BigInt(record.sequenceNumber) > after);
      return `${shardId} ${index === -1 ? records.length : index}`;
    },
    read: async (iterator, limit) => {
      beforeRead(iterator);
      const [shardId, start] = iterator.split(' ');
      const shard = find(shardId);
      const end = Math.min(Number(start) + limit, shard.records.length);
      const atEnd = shard.closed && end === shard.records.length;
      return {
        records: shard.records.slice(Number(start), end),
        nextIterator: atEnd ? undefined : `${shardId} ${end}`,
      };
    },
  };
  return stream;
}

/** A store that also tells what was put, in order. */
export function recordingCheckpoints(): CheckpointStore & { readonly puts: number[] } {
  const store = createMemoryCheckpointStore();
  const puts: number[] = [];
  return {
    puts,
    get: (key) => store.get(key),
    put: async (key, sequenceNumber) => {
      puts.push(Number(sequenceNumber));
      await store.put(key, sequenceNumber);
    },
  };
}
