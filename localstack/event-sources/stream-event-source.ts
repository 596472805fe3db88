import type { StreamEventSource } from '../contracts.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import { persist, ShardReader, type StreamEventSourceOptions } from './shard-reader.ts';
import type { Shard } from './stream-reader.ts';

export interface StreamEventSourceMapping extends EventSourceMapping {
  /** Resolves when it is settled where the mapping starts: no change that is made after that escapes it. */
  readonly ready: Promise<void>;
}

type StartingPosition = StreamEventSource['startingPosition'];

/**
 * Runs the event source mapping of a DynamoDB stream: shard after its parent, batch after batch, each from the
 * checkpoint on. One batch of a shard is in flight at a time, whatever the parallelization factor of the source:
 * more would change the speed and not the order of a partition key.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function startStreamEventSource(
  source: StreamEventSource,
  options: StreamEventSourceOptions,
): StreamEventSourceMapping {
  const closing = new AbortController();
  const { signal } = closing;
  const started = new Set<string>();
  const finished = new Set<string>();
  const running = new Set<Promise<void>>();

  /** The shards that come later hold changes that came later: they are read from their start. */
  const startShards = async (startingPosition: StartingPosition): Promise<Promise<void>[]> => {
    const positioned: Promise<void>[] = [];
    const shards = await persist(() => options.stream.listShards(), options, signal);
    const listed = new Set(shards?.map((shard) => shard.shardId));
    for (const shard of shards ?? []) {
      const { shardId, parentShardId } = shard;
      const parentDone =
        parentShardId === undefined || !listed.has(parentShardId) || finished.has(parentShardId);
      if (parentDone && !started.has(shardId)) positioned.push(startShard(shard, startingPosition));
    }
    return positioned;
  };

  const startShard = ({ shardId }: Shard, startingPosition: StartingPosition): Promise<void> => {
    started.add(shardId);
    const reader = new ShardReader(shardId, { ...source, startingPosition }, options, signal);
    const positioned = reader.findPosition();
    track(
      positioned
        .then(() => reader.run())
        .then(async () => {
          finished.add(shardId);
          void (await startShards('TRIM_HORIZON'));
        }),
    );
    return positioned;
  };

  const track = (work: Promise<void>): void => {
    running.add(work);
    void work.finally(() => running.delete(work));
  };

  const ready = startShards(source.startingPosition).then(async (positioned) => {
    await Promise.all(positioned);
  });
  track(ready);
  return {
    ready,
    close: async () => {
      closing.abort();
      while (running.size > 0) await Promise.all(running);
    },
  };
}
