import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { instantBackoff } from '../test/support/builders.ts';
import { isTransient, transactWrite, transactWriteWithRetry, unmarshallItem } from './dynamo-transaction.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
const dynamo = mockClient(client);
beforeEach(() => dynamo.reset());

function cancelled(...reasons: { Code: string; Message?: string; Item?: Record<string, { S: string }> }[]) {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: reasons,
  });
}

const none = { Code: 'None' };
const items = [{ Put: { TableName: 'table', Item: { pk: 'p', sk: 's' } } }];

describe('transactWrite', () => {
  it('answers nothing when it committed', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    expect(await transactWrite(client, items)).toBeUndefined();
  });

  it('answers with the reason of each action, and with what stood there', async () => {
    dynamo
      .on(TransactWriteCommand)
      .rejects(
        cancelled(none, { Code: 'ConditionalCheckFailed', Message: 'no', Item: { pk: { S: 'stored' } } }),
      );
    expect(await transactWrite(client, items)).toEqual([
      { code: 'None', message: undefined, item: undefined },
      { code: 'ConditionalCheckFailed', message: 'no', item: { pk: 'stored' } },
    ]);
  });

  it('throws everything else', async () => {
    dynamo.on(TransactWriteCommand).rejects(new Error('socket hang up'));
    await expect(transactWrite(client, items)).rejects.toThrow('socket hang up');
  });
});

describe('transactWriteWithRetry', () => {
  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'tries again after %s',
    async (Code) => {
      dynamo
        .on(TransactWriteCommand)
        .rejectsOnce(cancelled(none, { Code }))
        .rejectsOnce(cancelled({ Code }, { Code }))
        .resolves({});
      const backoff = instantBackoff();
      expect(await transactWriteWithRetry(client, items, backoff)).toBeUndefined();
      expect(backoff.waits).toEqual([1, 2]);
    },
  );

  it.each(['ConditionalCheckFailed', 'ValidationError', 'ItemCollectionSizeLimitExceeded'])(
    'does not try again after %s: it would fail again',
    async (Code) => {
      dynamo.on(TransactWriteCommand).rejects(cancelled({ Code }));
      const reasons = await transactWriteWithRetry(client, items, instantBackoff());
      expect(reasons).toMatchObject([{ code: Code }]);
      expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
    },
  );

  it('answers with a failed condition at once, even beside a conflict', async () => {
    dynamo
      .on(TransactWriteCommand)
      .rejects(cancelled({ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed' }));
    expect(await transactWriteWithRetry(client, items, instantBackoff())).toHaveLength(2);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });

  it('gives up after five tries, and says why', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled(none, { Code: 'TransactionConflict' }));
    await expect(transactWriteWithRetry(client, items, instantBackoff())).rejects.toThrow(
      'cancelled 5 times: None, TransactionConflict',
    );
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(5);
  });
});

describe('isTransient', () => {
  it('is not said of reasons that nobody gave', () => {
    expect(isTransient([])).toBe(false);
  });
});

describe('unmarshallItem', () => {
  it("reads DynamoDB's own attribute values, and leaves plain values alone", () => {
    expect(unmarshallItem({ seq: { N: '7' }, name: { S: 'x' }, map: { M: { a: { BOOL: true } } } })).toEqual({
      seq: 7,
      name: 'x',
      map: { a: true },
    });
    const plain = { seq: 7, name: 'x', map: { a: true } };
    expect(unmarshallItem(plain)).toEqual(plain);
  });
});
