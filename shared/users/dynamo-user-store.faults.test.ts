import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { aProfile, instantBackoff } from '../../test/support/builders.ts';
import { limits } from '../limits.ts';
import { dynamoUserStore } from './dynamo-user-store.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
const dynamo = mockClient(client);
const users = dynamoUserStore(client, 'users', instantBackoff());
const anna = aProfile('anna');
const renamed = { ...anna, handle: 'annabel', displayName: 'Annabel' };

const none = { Code: 'None' };
function cancelled(...CancellationReasons: { Code: string }[]) {
  return new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons });
}

beforeEach(() => dynamo.reset());

describe('the user store', () => {
  it('changes a profile again when that met another transaction', async () => {
    dynamo
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled(none, { Code: 'TransactionConflict' }))
      .resolves({});
    expect(await users.update(anna, renamed)).toBe('updated');
  });

  it('takes a profile that changed for the reason, even when the handle is taken as well', async () => {
    const failed = { Code: 'ConditionalCheckFailed' };
    dynamo.on(TransactWriteCommand).rejects(cancelled(failed, failed));
    expect(await users.update(anna, renamed)).toBe('stale');
  });

  it.each(['ValidationError', 'ItemCollectionSizeLimitExceeded'])('throws after %s', async (Code) => {
    dynamo.on(TransactWriteCommand).rejects(cancelled(none, { Code }));
    await expect(users.update(anna, renamed)).rejects.toThrow(Code);
    await expect(users.erase(anna, 'now')).rejects.toThrow(Code);
  });

  it('touches each item once, also when old and new names share words', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    const names = ['Anna Maria Berta Cleo Dora', 'Dora Cleo Berta Maria Anna'];
    const [from, to] = names.map((displayName) => aProfile('anna', { displayName }));
    if (from && to) await users.update(from, to);
    const items = dynamo.commandCalls(TransactWriteCommand)[0]?.args[0].input.TransactItems ?? [];
    const keys = items.map(({ Update, Put, Delete }) => {
      const key = Update?.Key ?? Delete?.Key ?? Put?.Item;
      return `${key?.pk} ${key?.sk}`;
    });
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeLessThanOrEqual(19);
  });

  it('reads one bounded page for a search, however many begin so', async () => {
    const item = (index: number) => ({ user_id: `u${index}`, handle: `a${index}`, display_name: 'A' });
    dynamo.on(QueryCommand).resolves({
      Items: Array.from({ length: 40 }, (_, index) => item(index % 30)),
      LastEvaluatedKey: { pk: 'TERM#a', sk: 'a' },
    });
    expect(await users.findByPrefix('a', limits.userSearchPageMax)).toHaveLength(limits.userSearchPageMax);
    const calls = dynamo.commandCalls(QueryCommand);
    expect(calls.map(({ args: [{ input }] }) => input.Limit)).toEqual([40]);
  });
});
