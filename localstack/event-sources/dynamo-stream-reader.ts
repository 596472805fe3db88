import { createHash } from 'node:crypto';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  type _Record as DynamoStreamRecord,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { IteratorLostError, type Shard, type StreamReader, type StreamRecord } from './stream-reader.ts';

export interface DynamoStreamOptions {
  readonly client: DynamoDBStreamsClient;
  readonly tableName: string;
  /** As the functions shall see it; an emulator calls it what it likes. */
  readonly region: string;
}

/** Opens the stream of a table. Throws if the table has none. */
export async function openDynamoStream({
  client,
  tableName,
  region,
}: DynamoStreamOptions): Promise<StreamReader> {
  const streamArn = await currentStream(client, tableName);
  return {
    streamArn,
    listShards: () => listShards(client, streamArn),
    iterator: async (ShardId, { kind, ...position }) => {
      const SequenceNumber = 'sequenceNumber' in position ? position.sequenceNumber : undefined;
      const { ShardIterator } = await client
        .send(
          new GetShardIteratorCommand({
            StreamArn: streamArn,
            ShardId,
            ShardIteratorType: kind,
            SequenceNumber,
          }),
        )
        .catch(nameLostIterator);
      if (ShardIterator === undefined) throw new Error(`No iterator for ${ShardId} of ${streamArn}`);
      return ShardIterator;
    },
    read: async (ShardIterator, Limit) => {
      const page = await client.send(new GetRecordsCommand({ ShardIterator, Limit })).catch(nameLostIterator);
      const records = (page.Records ?? []).map((record) => toStreamRecord(record, streamArn, region));
      return { records, nextIterator: page.NextShardIterator };
    },
  };
}

/** A table that once had its stream replaced lists the old ones for a day; the youngest label is the live one. */
async function currentStream(client: DynamoDBStreamsClient, tableName: string): Promise<string> {
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: tableName }));
  const youngest = Streams.sort((a, b) => (a.StreamLabel ?? '').localeCompare(b.StreamLabel ?? '')).at(-1);
  if (youngest?.StreamArn === undefined) throw new Error(`Table ${tableName} has no stream`);
  return youngest.StreamArn;
}

async function listShards(client: DynamoDBStreamsClient, streamArn: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  let after: string | undefined;
  do {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: after }),
    );
    for (const { ShardId, ParentShardId } of StreamDescription?.Shards ?? [])
      if (ShardId !== undefined) shards.push({ shardId: ShardId, parentShardId: ParentShardId });
    after = StreamDescription?.LastEvaluatedShardId;
  } while (after !== undefined);
  return shards;
}

function nameLostIterator(error: unknown): never {
  if (error instanceof TrimmedDataAccessException) throw new IteratorLostError('TRIM_HORIZON', error);
  if (error instanceof ExpiredIteratorException) throw new IteratorLostError('checkpoint', error);
  throw error;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html: the record of the API, with times and bytes as JSON has them. */
function toStreamRecord(record: DynamoStreamRecord, streamArn: string, region: string): StreamRecord {
  const { SequenceNumber = '', ApproximateCreationDateTime, ...change } = record.dynamodb ?? {};
  const approximateCreationMs = ApproximateCreationDateTime?.getTime() ?? 0;
  return {
    sequenceNumber: SequenceNumber,
    approximateCreationMs,
    event: {
      // The emulator counts from 1 in every table; consumers may rely on ids that no two changes share.
      eventID: createHash('sha256').update(`${streamArn}/${SequenceNumber}`).digest('hex').slice(0, 32),
      eventName: record.eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      dynamodb: bytesToBase64({
        ApproximateCreationDateTime: Math.floor(approximateCreationMs / 1000),
        ...change,
        SequenceNumber,
      }),
      ...(record.userIdentity && {
        userIdentity: { type: record.userIdentity.Type, principalId: record.userIdentity.PrincipalId },
      }),
      eventSourceARN: streamArn,
    },
  };
}

function bytesToBase64(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(bytesToBase64);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bytesToBase64(inner)]));
}
