/** What the suite of the conversation store cannot bring about: somebody in between two writes, and DynamoDB failing. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { anna, convoId } from '../../test/support/builders.ts';
import { dynamoMarks } from './dynamo-marks.ts';

const team = convoId('team');
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
const dynamo = mockClient(client);
const marks = dynamoMarks({ client, conversationsTable: 'Conversations' });

afterEach(() => dynamo.reset());

function refusal(item?: { read_seq: number; unread_seq?: number; unread_at_ms?: number }) {
  const Item = item && Object.fromEntries(Object.entries(item).map(([name, n]) => [name, { N: String(n) }]));
  return new ConditionalCheckFailedException({ message: 'no', $metadata: {}, ...(Item && { Item }) });
}

describe('advanceReadSeq', () => {
  const read = () => marks.advanceReadSeq(anna, team, { seq: 5, atMs: 200 });

  it('[U6] takes away only the mark that it saw, or one that it ends as well', async () => {
    dynamo
      .on(UpdateCommand)
      .rejectsOnce(refusal({ read_seq: 8, unread_seq: 3, unread_at_ms: 100 }))
      .rejectsOnce(refusal());
    expect(await read()).toBe('unchanged');
    expect(dynamo.commandCalls(UpdateCommand)[1]?.args[0].input).toMatchObject({
      ConditionExpression: 'unread_seq < :seq AND unread_at_ms <= :at',
      ExpressionAttributeValues: { ':seq': 5, ':at': 200 },
    });
  });

  it('writes no second time where no mark was put back', async () => {
    dynamo.on(UpdateCommand).rejects(refusal({ read_seq: 8 }));
    expect(await read()).toBe('unchanged');
    expect(dynamo.commandCalls(UpdateCommand)).toHaveLength(1);
  });

  it('is a failure when DynamoDB fails, in the first write and in the second', async () => {
    dynamo.on(UpdateCommand).rejectsOnce(new Error('down'));
    await expect(read()).rejects.toThrow('down');
    dynamo
      .on(UpdateCommand)
      .rejectsOnce(refusal({ read_seq: 8, unread_seq: 3, unread_at_ms: 100 }))
      .rejectsOnce(new Error('down'));
    await expect(read()).rejects.toThrow('down');
  });
});

describe.each([
  ['advanceDeliveredSeq', () => marks.advanceDeliveredSeq(anna, team, 5)],
  ['putUnreadMark', () => marks.putUnreadMark(anna, team, { seq: 5, atMs: 200 })],
])('%s', (_name, write) => {
  it('is a failure when DynamoDB fails, and no mark that was there already', async () => {
    dynamo.on(UpdateCommand).rejects(new Error('down'));
    await expect(write()).rejects.toThrow('down');
  });
});
