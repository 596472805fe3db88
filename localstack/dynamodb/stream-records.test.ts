import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDynamoStream } from '../event-sources/dynamo-stream-reader.ts';
import { DynamoDbProcess } from './dynamodb-process.ts';
import { findDynamoDb } from './find-dynamodb.ts';
import { tidyStreamRecords } from './stream-records.ts';

const source = findDynamoDb({ environment: {}, platform: process.platform, arch: process.arch });
const dayMs = 24 * 3_600_000;

let folder: string;
let stateFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stream-records-'));
  stateFile = join(folder, 'tables.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(source.kind === 'program')('the stream records of the emulator', () => {
  let emulator: DynamoDbProcess;
  let database: DynamoDBClient;
  let streams: DynamoDBStreamsClient;
  beforeEach(async () => {
    if (source.kind !== 'program') return;
    emulator = await DynamoDbProcess.start({ program: source.file, stateFile });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const config = { endpoint: emulator.endpoint, region: 'us-east-1', credentials };
    database = new DynamoDBClient(config);
    streams = new DynamoDBStreamsClient(config);
    for (const table of ['one', 'two']) await createTable(table);
  });
  afterEach(async () => {
    database.destroy();
    streams.destroy();
    await emulator.close();
  });

  const createTable = (TableName: string) =>
    database.send(
      new CreateTableCommand({
        TableName,
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );

  async function put(TableName: string, count: number) {
    for (let n = 0; n < count; n += 1)
      await database.send(
        new PutItemCommand({ TableName, Item: { pk: { S: `${n}` }, at: { N: `${Math.random()}` } } }),
      );
  }

  async function sequenceNumbers(tableName: string): Promise<number[]> {
    const stream = await openDynamoStream({ client: streams, tableName, region: 'us-east-1' });
    const [shard] = await stream.listShards();
    const { records } = await stream.read(
      await stream.iterator(shard?.shardId ?? '', { kind: 'TRIM_HORIZON' }),
      1_000,
    );
    return records.map(({ sequenceNumber }) => Number(sequenceNumber));
  }

  it('stay for a day, then go while it runs, and the numbers go on', async () => {
    await put('one', 12);
    await put('two', 1);
    expect(await tidyStreamRecords(stateFile, Date.now() + dayMs - 60_000)).toBe(0);
    expect(await sequenceNumbers('one')).toHaveLength(12);

    expect(await tidyStreamRecords(stateFile, Date.now() + dayMs + 60_000)).toBe(11);
    const [kept = 0, ...others] = await sequenceNumbers('one');
    expect(others).toEqual([]);
    expect(await sequenceNumbers('two')).toHaveLength(1);
    await put('one', 2);
    expect(await sequenceNumbers('one')).toEqual([kept, kept + 1, kept + 2]);
  });

  it('are found by an index when the next number is counted', async () => {
    await put('one', 1);
    await tidyStreamRecords(stateFile, Date.now());
    const file = new DatabaseSync(stateFile, { readOnly: true });
    const [step] = file
      .prepare(
        'EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?',
      )
      .all('one');
    file.close();
    expect(step?.detail).toContain('confab_stream_order');
  });
});

it('is nothing to do before there is a file, and an error when it holds something else', async () => {
  expect(await tidyStreamRecords(stateFile, Date.now())).toBe(0);
  writeFileSync(stateFile, '');
  await expect(tidyStreamRecords(stateFile, Date.now())).rejects.toThrow('no such table');
});
