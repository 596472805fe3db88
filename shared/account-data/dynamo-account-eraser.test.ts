import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { anna, ben, instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { secondFactorKey } from '../auth/auth-keys.ts';
import { dynamoAccountEraser } from './dynamo-account-eraser.ts';
import { dynamoSecondFactorFlag } from './dynamo-second-factor-flag.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
const dynamo = mockClient(client);
const eraser = dynamoAccountEraser({ client, authTable: 'auth', backoff: instantBackoff() });
const database = testDatabase();

function cancelled(Code: string) {
  return new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: [{ Code }],
  });
}

beforeEach(() => dynamo.reset());

// What it does to real tables is tested with the erasure as a whole, see erase-account.test.ts.
describe('the account eraser', () => {
  it('disables an account in one transaction, and again when that met another one', async () => {
    dynamo.on(TransactWriteCommand).rejectsOnce(cancelled('TransactionConflict')).resolves({});
    await eraser.disable(anna);
    const [, call] = dynamo.commandCalls(TransactWriteCommand);
    const keys = call?.args[0].input.TransactItems?.map(({ Delete }) => Delete?.Key?.sk as unknown);
    expect(keys?.toSorted()).toEqual(['CREDENTIALS', 'FACTOR', 'GATE']);
  });

  it('does not pass over a transaction that fails', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled('ValidationError'));
    await expect(eraser.disable(anna)).rejects.toThrow('could not be disabled: ValidationError');
  });

  it('does not take a throttled release for an address of somebody else', async () => {
    dynamo.on(DeleteCommand).rejects(new Error('throttled'));
    await expect(eraser.releaseAddresses(anna, { email: 'anna@example.org' })).rejects.toThrow('throttled');
  });

  it('removes the rows of every page', async () => {
    const row = (sk: string) => ({ pk: `USER#${anna}`, sk });
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [row('SESSION#1'), row('SESSION#2')], LastEvaluatedKey: row('SESSION#2') })
      .resolvesOnce({ Items: [row('SESSION#3')] });
    dynamo.on(DeleteCommand).resolves({});
    await eraser.removeRows(anna);
    expect(dynamo.commandCalls(DeleteCommand).map(({ args: [{ input }] }) => input.Key)).toEqual(
      ['SESSION#1', 'SESSION#2', 'SESSION#3'].map(row),
    );
  });
});

describe('the flag of the second factor', () => {
  it('is up for an active factor, not for one that is only being set up', async () => {
    const { client: real, tables } = database();
    const flag = dynamoSecondFactorFlag(real, tables.authTable);
    expect(await flag.isActive(anna)).toBe(false);
    for (const [userId, status] of [
      [anna, 'active'],
      [ben, 'pending'],
    ] as const) {
      const Item = { ...secondFactorKey(userId), status, secret: 'sealed' };
      await real.send(new PutCommand({ TableName: tables.authTable, Item }));
    }
    expect([await flag.isActive(anna), await flag.isActive(ben)]).toEqual([true, false]);
  });
});
