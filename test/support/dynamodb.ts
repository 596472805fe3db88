/** A real DynamoDB engine for the suite of one file: its own process, its own six tables, gone afterwards. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { DynamoDbProcess } from '../../localstack/dynamodb/dynamodb-process.ts';
import { findDynamoDb } from '../../localstack/dynamodb/find-dynamodb.ts';

export interface TestTables {
  readonly authTable: string;
  readonly usersTable: string;
  readonly conversationsTable: string;
  readonly messagesTable: string;
  readonly connectionsTable: string;
  readonly moderationTable: string;
}

export interface TestDatabase {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  readonly tables: TestTables;
  /** Makes all tables empty. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'confab-test-'));
  const source = findDynamoDb({
    environment: process.env,
    platform: process.platform,
    arch: process.arch,
  });
  const running =
    source.kind === 'program'
      ? await DynamoDbProcess.start({ program: source.file, stateFile: join(folder, 'dynamodb.sqlite') })
      : undefined;
  const endpoint = running?.endpoint ?? (source.kind === 'endpoint' ? source.url : '');
  const raw = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const tables = uniqueTables();
  await Promise.all(Object.values(tables).map((name) => createTable(raw, name)));
  return {
    endpoint,
    tables,
    client: DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } }),
    async clear() {
      await Promise.all(
        Object.values(tables).map(async (name) => {
          await raw.send(new DeleteTableCommand({ TableName: name }));
          await createTable(raw, name);
        }),
      );
    },
    async close() {
      raw.destroy();
      await running?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The database of a test file, from before its first test until after its last. */
export function testDatabase(): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await startTestDatabase();
  });
  afterAll(async () => {
    await database?.close();
  });
  return () => {
    if (!database) throw new Error('the database is there from beforeAll on');
    return database;
  };
}

/** An endpoint of DYNAMODB_ENDPOINT is shared with other files, so the names are nobody else's. */
function uniqueTables(): TestTables {
  const suffix = randomBytes(6).toString('hex');
  return {
    authTable: `auth-${suffix}`,
    usersTable: `users-${suffix}`,
    conversationsTable: `conversations-${suffix}`,
    messagesTable: `messages-${suffix}`,
    connectionsTable: `connections-${suffix}`,
    moderationTable: `moderation-${suffix}`,
  };
}

async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
}
