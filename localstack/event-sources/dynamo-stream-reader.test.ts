import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDynamoStream } from './dynamo-stream-reader.ts';
import { aLambda, eventually, failed, succeeded } from './event-source-fixture.ts';
import { startStreamEventSource } from './stream-event-source.ts';
import { numbersOf, recordingCheckpoints, streamSource } from './stream-fixture.ts';

const binary = new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url).pathname;
const onLinux = process.platform === 'linux' && process.arch === 'x64';

describe.runIf(onLinux)('on the emulator', () => {
  let emulator: ChildProcess;
  let database: DynamoDBClient;
  let streams: DynamoDBStreamsClient;

  beforeAll(async () => {
    const port = await freePort();
    emulator = spawn(binary, ['serve', '--port', String(port)], { stdio: 'ignore' });
    const config = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    database = new DynamoDBClient({ ...config, maxAttempts: 10 });
    streams = new DynamoDBStreamsClient(config);
  });
  afterAll(() => {
    database.destroy();
    streams.destroy();
    emulator.kill();
  });

  const createTable = (TableName: string, streamed: boolean) =>
    database.send(
      new CreateTableCommand({
        TableName,
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        ...(streamed && {
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        }),
      }),
    );

  const put = (TableName: string, pk: string) =>
    database.send(new PutItemCommand({ TableName, Item: { pk: { S: pk } } }));

  it('hands over the record that Lambda builds from a change', async () => {
    await createTable('changes', true);
    const before = Math.floor(Date.now() / 1000);
    const item = { pk: { S: 'a' }, raw: { B: new Uint8Array([1, 2, 3]) }, list: { L: [{ N: '7' }] } };
    await database.send(new PutItemCommand({ TableName: 'changes', Item: item }));
    await database.send(new DeleteItemCommand({ TableName: 'changes', Key: { pk: { S: 'a' } } }));

    const stream = await openDynamoStream({ client: streams, tableName: 'changes', region: 'eu-central-1' });
    const [shard] = await stream.listShards();
    const start = await stream.iterator(shard?.shardId ?? '', { kind: 'TRIM_HORIZON' });
    const { records, nextIterator } = await stream.read(start, 10);

    const image = { pk: { S: 'a' }, raw: { B: 'AQID' }, list: { L: [{ N: '7' }] } };
    expect(records.map((record) => record.event)).toMatchObject([
      {
        eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        eventVersion: '1.1',
        awsRegion: 'eu-central-1',
        eventSourceARN: expect.stringContaining(':table/changes/stream/'),
        dynamodb: { Keys: { pk: { S: 'a' } }, NewImage: image, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      },
      { eventName: 'REMOVE', dynamodb: { OldImage: image } },
    ]);
    const times = records.map((record) => Object(record.event).dynamodb.ApproximateCreationDateTime);
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(Number.isInteger(times[0])).toBe(true);
    expect(await stream.read(nextIterator ?? '', 10)).toMatchObject({ records: [] });
  });

  it('feeds a mapping, over a failure and a restart', async () => {
    await createTable('feed', true);
    const stream = await openDynamoStream({ client: streams, tableName: 'feed', region: 'us-east-1' });
    const checkpoints = recordingCheckpoints();
    const answers = [failed()];
    const { lambda, invocations } = aLambda(() => answers.shift() ?? succeeded());
    const start = () => {
      const mapping = startStreamEventSource(streamSource, {
        stream,
        lambda,
        functionArn: 'arn',
        checkpoints,
        clock: { now: () => 0 },
        onFailure: () => expect.unreachable(),
        onProblem: (problem) => expect.unreachable(String(problem)),
        pollIntervalMs: 5,
        retryDelayMs: () => 1,
      });
      onTestFinished(() => mapping.close());
      return mapping;
    };
    const first = start();
    await put('feed', 'a');
    await eventually(() => expect(checkpoints.puts).toEqual([1]));
    await first.close();
    await put('feed', 'b');
    await put('feed', 'c');
    start();
    await eventually(() => expect(checkpoints.puts.at(-1)).toBe(3));
    expect(invocations.flatMap(({ event }) => numbersOf(event))).toEqual([1, 1, 2, 3]);
  });

  it('says so when a table has no stream', async () => {
    await createTable('silent', false);
    const opening = openDynamoStream({ client: streams, tableName: 'silent', region: 'us-east-1' });
    await expect(opening).rejects.toThrow('Table silent has no stream');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}
