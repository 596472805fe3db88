import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, type BatchGetCommandInput, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { instantBackoff } from '../test/support/builders.ts';
import { batchGet } from './dynamo-batch-get.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
const dynamo = mockClient(client);
const keys = (count: number) => Array.from({ length: count }, (_, index) => ({ pk: `p${index}`, sk: 's' }));
const asked = () =>
  dynamo.commandCalls(BatchGetCommand).map((call) => call.args[0].input.RequestItems?.table?.Keys ?? []);

/** Answers at most so many keys of each call and leaves the others unprocessed, as DynamoDB does under load. */
function answerAtMost(most: number) {
  dynamo.on(BatchGetCommand).callsFake(({ RequestItems }: BatchGetCommandInput) => {
    const wanted = RequestItems?.table?.Keys ?? [];
    const rest = wanted.slice(most);
    return {
      Responses: { table: wanted.slice(0, most) },
      UnprocessedKeys: rest.length > 0 ? { table: { Keys: rest } } : {},
    };
  });
}

beforeEach(() => dynamo.reset());

describe('batchGet', () => {
  it('reads a hundred keys a call, as many as DynamoDB takes', async () => {
    answerAtMost(100);
    expect(await batchGet(client, 'table', keys(250))).toHaveLength(250);
    expect(asked().map((call) => call.length)).toEqual([100, 100, 50]);
  });

  it('makes no call for no keys', async () => {
    expect(await batchGet(client, 'table', [])).toEqual([]);
    expect(asked()).toEqual([]);
  });

  it('asks again after a while for what was left unprocessed, and only for that', async () => {
    answerAtMost(30);
    const backoff = instantBackoff();
    const items = await batchGet(client, 'table', keys(70), { backoff });
    expect(items).toEqual(keys(70));
    expect(backoff.waits).toEqual([1, 2]);
    expect(asked().map((call) => call.length)).toEqual([70, 40, 10]);
  });

  it('throws rather than answer with less than there is', async () => {
    answerAtMost(0);
    await expect(batchGet(client, 'table', keys(3), { backoff: instantBackoff() })).rejects.toThrow(
      '3 keys of table unread',
    );
  });

  it('reads strongly consistently where it is asked to', async () => {
    answerAtMost(100);
    await batchGet(client, 'table', keys(1), { consistent: true });
    await batchGet(client, 'table', keys(1));
    const consistent = dynamo
      .commandCalls(BatchGetCommand)
      .map((call) => call.args[0].input.RequestItems?.table?.ConsistentRead);
    expect(consistent).toEqual([true, false]);
  });
});
