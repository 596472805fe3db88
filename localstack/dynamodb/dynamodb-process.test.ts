import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartupError } from '../cloud/startup-error.ts';
import type { TableDefinition } from '../template/cloud-plan.ts';
import { defineTables } from './define-tables.ts';
import { DynamoDbProcess } from './dynamodb-process.ts';
import { findDynamoDb } from './find-dynamodb.ts';
import { sweepExpired } from './sweep-expired.ts';

const source = findDynamoDb({ environment: process.env, platform: process.platform, arch: process.arch });
const program = source.kind === 'program' ? source.file : '';

const sessions: TableDefinition = {
  name: 'sessions',
  attributes: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'user', AttributeType: 'S' },
  ],
  keys: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  globalIndexes: [
    {
      IndexName: 'by-user',
      KeySchema: [{ AttributeName: 'user', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  localIndexes: [],
  streamViewType: 'NEW_AND_OLD_IMAGES',
  timeToLiveAttribute: 'expires_at',
};

describe.runIf(program !== '')('DynamoDbProcess', () => {
  let folder: string;
  let database: DynamoDbProcess;
  let client: DynamoDBClient;
  const restarts: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
    database = await DynamoDbProcess.start({
      program,
      stateFile: join(folder, 'deep', 'tables.sqlite'),
      onRestart: (reason) => restarts.push(reason),
    });
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    client = new DynamoDBClient({ region: 'us-east-1', endpoint: database.endpoint, credentials });
    await defineTables(client, [sessions]);
  });
  afterAll(async () => {
    client?.destroy();
    await database?.close();
    rmSync(folder, { recursive: true });
  });

  const put = (pk: string, attributes: Record<string, { N: string } | { S: string }> = {}) =>
    client.send(new PutItemCommand({ TableName: 'sessions', Item: { pk: { S: pk }, ...attributes } }));
  const exists = async (pk: string) => {
    const { Item } = await client.send(new GetItemCommand({ TableName: 'sessions', Key: { pk: { S: pk } } }));
    return Item !== undefined;
  };

  it('is there again at the same address, with everything that it stored, after a crash', async () => {
    await put('kept');
    await database.crash();
    expect(await exists('kept')).toBe(true);
    expect(restarts).toHaveLength(1);
  });

  it('leaves an existing table and its items as they are', async () => {
    await put('stays');
    await defineTables(client, [sessions]);
    expect(await exists('stays')).toBe(true);
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['sessions']);
  });

  it('does not start on a table that is not the one of the template', async () => {
    const [byUser] = sessions.globalIndexes;
    const other = { ...sessions, globalIndexes: byUser ? [{ ...byUser, IndexName: 'by-owner' }] : [] };
    await expect(defineTables(client, [other])).rejects.toThrow(StartupError);
  });

  it('deletes what has expired and nothing else', async () => {
    const nowSeconds = 2_000_000_000;
    await put('expired', { expires_at: { N: String(nowSeconds - 1) } });
    await put('due-later', { expires_at: { N: String(nowSeconds + 1) } });
    await put('no-number', { expires_at: { S: '1' } });
    await put('older-than-five-years', { expires_at: { N: '1' } });
    const clock = { now: () => nowSeconds * 1000 };
    expect(await sweepExpired(client, [sessions], clock)).toBe(1);
    expect(await exists('expired')).toBe(false);
    for (const pk of ['due-later', 'no-number', 'older-than-five-years']) expect(await exists(pk)).toBe(true);
  });

  it('says that a file which is no database needs a reset', async () => {
    const stateFile = join(folder, 'damaged.sqlite');
    writeFileSync(stateFile, 'this is not a database, whatever its name says');
    await expect(DynamoDbProcess.start({ program, stateFile })).rejects.toMatchObject({
      name: 'StartupError',
      wayOut: expect.stringContaining('npm run reset'),
    });
  });

  it('does not wait for a program that cannot run', async () => {
    const started = DynamoDbProcess.start({ program: '/bin/false', stateFile: join(folder, 'x.sqlite') });
    await expect(started).rejects.toThrow('DynamoDB ended at its start with 1');
  });
});
