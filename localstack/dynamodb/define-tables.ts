import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
  type StreamSpecification,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { StartupError } from '../cloud/startup-error.ts';
import type { SecondaryIndex, TableDefinition } from '../template/cloud-plan.ts';

/**
 * Makes the tables that are missing; the ones that exist keep their items.
 * @throws StartupError when an existing table is not the one that the template describes.
 */
export async function defineTables(
  client: DynamoDBClient,
  tables: readonly TableDefinition[],
): Promise<void> {
  const existing = await listTables(client);
  await Promise.all(
    tables.map((table) => (existing.has(table.name) ? keepTable(client, table) : createTable(client, table))),
  );
}

async function listTables(client: DynamoDBClient): Promise<Set<string>> {
  const names = new Set<string>();
  let after: string | undefined;
  do {
    const page = await client.send(new ListTablesCommand({ ExclusiveStartTableName: after }));
    for (const name of page.TableNames ?? []) names.add(name);
    after = page.LastEvaluatedTableName;
  } while (after !== undefined);
  return names;
}

async function createTable(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  const input: CreateTableCommandInput = {
    TableName: table.name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...table.attributes],
    KeySchema: [...table.keys],
    ...(table.globalIndexes.length > 0 && { GlobalSecondaryIndexes: table.globalIndexes.map(toIndexInput) }),
    ...(table.localIndexes.length > 0 && { LocalSecondaryIndexes: table.localIndexes.map(toIndexInput) }),
    ...(table.streamViewType !== undefined && { StreamSpecification: streamSpecification(table) }),
  };
  await client.send(new CreateTableCommand(input));
  await untilActive(client, table.name);
  if (table.timeToLiveAttribute === undefined) return;
  const specification = { AttributeName: table.timeToLiveAttribute, Enabled: true };
  await client.send(
    new UpdateTimeToLiveCommand({ TableName: table.name, TimeToLiveSpecification: specification }),
  );
}

function toIndexInput({ IndexName, KeySchema, Projection }: SecondaryIndex) {
  const { ProjectionType, NonKeyAttributes } = Projection;
  return {
    IndexName,
    KeySchema: [...KeySchema],
    Projection: { ProjectionType, ...(NonKeyAttributes && { NonKeyAttributes: [...NonKeyAttributes] }) },
  };
}

/** An emulator answers at once; a DynamoDB behind DYNAMODB_ENDPOINT may take its time. */
async function untilActive(client: DynamoDBClient, tableName: string): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function streamSpecification({ streamViewType }: TableDefinition): StreamSpecification {
  return streamViewType === undefined
    ? { StreamEnabled: false }
    : { StreamEnabled: true, StreamViewType: streamViewType };
}

/** Items and keys stay as they are; a stream may come and go with its readers. */
async function keepTable(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table.name }));
  const there = shapeOf(Table?.KeySchema ?? [], [
    ...(Table?.GlobalSecondaryIndexes ?? []),
    ...(Table?.LocalSecondaryIndexes ?? []),
  ]);
  const wanted = shapeOf(table.keys, [...table.globalIndexes, ...table.localIndexes]);
  if (there !== wanted) {
    throw new StartupError(
      `The table ${table.name} on disk (${there}) is not the one of the template (${wanted}).`,
      'Run `npm run reset` to start afresh; it deletes local users and messages.',
    );
  }
  if (Table?.StreamSpecification?.StreamViewType === table.streamViewType) return;
  const change = { TableName: table.name, StreamSpecification: streamSpecification(table) };
  await client.send(new UpdateTableCommand(change));
  await untilActive(client, table.name);
}

type AnyKey = { readonly AttributeName?: string | undefined };
type AnyIndex = {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: readonly AnyKey[] | undefined;
};

function shapeOf(keys: readonly AnyKey[], indexes: readonly AnyIndex[]): string {
  const list = (some: readonly AnyKey[] = []): string => some.map((key) => key.AttributeName).join('+');
  const indexList = indexes.map((index) => `${index.IndexName} by ${list(index.KeySchema)}`).sort();
  return [`by ${list(keys)}`, ...indexList].join(', ');
}
